"""`python -m benchmarks.directory_at PART SIZE`: prints one line of JSON."""

import json
import sys
from importlib import import_module

import django

if __name__ == "__main__":
    django.setup()
    part = getattr(import_module("benchmarks.directory_at.parts"), sys.argv[1])
    print(json.dumps(part(int(sys.argv[2]))))
