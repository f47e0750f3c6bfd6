"""What the MongoDB of every stack is started with, whatever starts it."""

TRANSACTION_SECONDS = 5
"""A killed service lets go of what it was writing after so long (a minute by default); ours end within four."""
SLOW_MILLISECONDS = 600_000
"""From which mongod writes a command with its values into its log (100 by default): longer than any of ours may take."""
