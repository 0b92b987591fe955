"""A synthetic département, loaded through the services: invented people who bear the names of objects."""
