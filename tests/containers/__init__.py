"""The stack in containers, as an engine runs it: what it may, what it shows, and what it refuses."""
