"""Webhooks: what a tenant is told, sent to an address of its own (Standard Webhooks 1.0.0), at least once, in order per person."""
