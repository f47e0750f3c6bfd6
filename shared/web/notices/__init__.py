"""Notices by e-mail: each person of an agency or a school may be told that something waits for them, and never about whom."""
