"""Webhooks over HTTP, for the programs of agencies and schools, and the work that sends to them."""
