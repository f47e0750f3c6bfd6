"""Read models: pure functions from events to rows, and the two ways to drive them."""
