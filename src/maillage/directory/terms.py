"""Words the writer and the readers of the index share. Pure."""

EVERYWHERE = "france"
CELLS = {7: 0.5, 9: 0.15, 11: 0.04, 13: 0.01}  # map zoom → degrees of a cluster's cell
