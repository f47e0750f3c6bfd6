"""Kafka: outboxes published, records consumed, dispatched to handlers, or parked."""
