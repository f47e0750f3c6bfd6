"""Stacks as a command finds them, the embedded one or one of containers: where they are, and how they are reached."""
