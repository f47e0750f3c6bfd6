"""The dashboard: its pages, what stands on them, and in which words."""
