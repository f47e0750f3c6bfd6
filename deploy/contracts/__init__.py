"""What partners read of Établi, generated from the code and checked for drift."""
