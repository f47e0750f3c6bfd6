"""A rolling upgrade: hearers before tellers, one replica after the other, back to the former image where one is not ready."""
