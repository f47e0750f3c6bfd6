"""`etabli doctor`: every server and service of a stack is asked at once, and what is not well is said with what to type."""
