"""Words the writer and the readers of the index share. Pure."""

import uuid

EVERYWHERE = "france"
CELLS = {5: 2.0, 7: 0.5, 9: 0.15, 11: 0.04, 13: 0.01}  # map zoom → degrees of a cluster's cell
ENOUGH_TO_REBUILD = 20_000  # services that wait: past it, everything at once is quicker
EVERYTHING = uuid.UUID(int=0)  # waiting instead of them
