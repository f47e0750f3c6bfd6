"""What stops the embedded stack, in words for whoever runs it."""


class CannotRun(Exception):
    """One French sentence, and under it what helps to mend; shown as it is, without a traceback."""
