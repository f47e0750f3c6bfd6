"""Clients, orders, weeks and the pupils they belong to: states, decisions and measures, without I/O."""
