"""A synthetic département, loaded through the services: invented people who bear the names of objects."""

from maillage.config.demo.loading import NotHere, is_empty, load

__all__ = ["NotHere", "is_empty", "load"]
