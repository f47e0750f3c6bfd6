"""Benchmarks: each beside a peer in the same run, ratios printed and written to docs/benchmarks."""
