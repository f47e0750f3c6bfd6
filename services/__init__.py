"""The four services. They never import one another; they hear one another."""
