"""Screens of the episode: parse, ask, render."""
