"""Maillage: protecting minors who run away from care."""

__version__ = "0.1.0"
