"""`python -m benchmarks.fill PEOPLE`: fill the database of the environment, saying how far it is."""

import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    progress = import_module("maillage.config.commands.screen").progress
    people = int(sys.argv[1])
    with progress(f"{people:,} young people") as step:
        size = import_module("benchmarks.generator").fill(people, step)
    print(f"{size.people:,} young people, {size.episodes:,} episodes, {size.rows:,} rows in bulk", file=sys.stderr)
