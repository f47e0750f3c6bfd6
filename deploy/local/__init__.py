"""The embedded stack: the same servers as production, on one machine, with no Docker and no Java installed."""
