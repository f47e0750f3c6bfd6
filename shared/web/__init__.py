"""HTTP: a service put together, who is asking, problems, idempotency, pages."""
