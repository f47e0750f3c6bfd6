"""MongoDB: aggregates saved with their outbox and inbox in one write, transactions, leases."""
