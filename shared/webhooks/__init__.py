"""Webhooks (Standard Webhooks 1.0.0): what a tenant is told, sent to its own address, at least once, in order per person."""
