"""The embedded stack: the servers of production, on one machine, with no Docker and no Java installed."""
