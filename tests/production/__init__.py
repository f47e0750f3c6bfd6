"""Production: orders, weeks, and the pupils it heard of."""
