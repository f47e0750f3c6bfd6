"""Upgrades: what a version before kept is read, decided on and rebuilt; two versions side by side."""
