"""The stack in containers: its secrets, and how it is started, shown and stopped with Docker's compose."""
