"""How Kafka is read: one client for Faust and projectors, that hears what is committed and sets aside what it cannot read."""
