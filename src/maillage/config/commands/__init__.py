"""The console's commands: each takes the parsed command line and gives an exit code (`config.exits.Exit`)."""
