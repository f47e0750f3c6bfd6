"""Backup and restore: the databases and the log up to one barrier, the keys of identities apart."""
