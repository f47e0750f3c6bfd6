"""CQRS read models: pure functions from events to rows, driven message by message or in batches."""
