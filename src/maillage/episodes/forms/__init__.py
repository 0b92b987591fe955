"""Forms of the episode: parsing and words of the screen; the rules are the services'."""
