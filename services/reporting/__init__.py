"""Reporting: what became of the young people referred, as indicators whose formulas have names.

Decides: nothing.
Subscribes to: every topic, in batches, into rows of facts (projections/); what is computed from them is in indicators/.
Publishes: nothing.
Knows of a young person: an opaque id, days and codes. No name.
"""
