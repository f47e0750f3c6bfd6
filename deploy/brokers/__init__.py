"""What a Kafka should have (topics, users, rules), what it has, and the changes between the two."""
