#!/usr/bin/env bash
# Run a command as `ops`, Kafka's administrator, on Kafka's image: as-ops.sh COMMAND…, which is told --command-config /tmp/ops.properties.
set -euo pipefail
umask 077
cat >/tmp/ops.properties <<PROPERTIES
security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="ops" password="$(</run/secrets/kafka-ops)";
PROPERTIES
export LOG_DIR=/tmp/logs
exec "$@"
