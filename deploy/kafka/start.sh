#!/usr/bin/env bash
# Start a broker in the Kafka image: its settings on a disk that is memory, its storage formatted once, its users with it.
# CLUSTER_ID; NODE_ID, NODE_NAME, QUORUM_VOTERS and REPLICATION where there are several.
set -euo pipefail
umask 077
secrets=/run/secrets settings=/tmp/server.properties users=/tmp/users
node=${NODE_ID:-1} name=${NODE_NAME:-kafka} copies=${REPLICATION:-1}
own=$(<"$secrets/kafka-kafka")
module='org.apache.kafka.common.security'

cat /etc/etabli/kafka/server.properties - >"$settings" <<PROPERTIES
node.id=$node
controller.quorum.voters=${QUORUM_VOTERS:-$node@$name:9093}
advertised.listeners=CLIENTS://$name:9092
listener.name.clients.scram-sha-512.sasl.jaas.config=$module.scram.ScramLoginModule required username="kafka" password="$own";
listener.name.controller.plain.sasl.jaas.config=$module.plain.PlainLoginModule required username="kafka" password="$own" user_kafka="$own";
default.replication.factor=$copies
min.insync.replicas=$((copies > 1 ? copies - 1 : 1))
offsets.topic.replication.factor=$copies
transaction.state.log.replication.factor=$copies
transaction.state.log.min.isr=$((copies > 1 ? copies - 1 : 1))
share.coordinator.state.topic.replication.factor=$copies
share.coordinator.state.topic.min.isr=$((copies > 1 ? copies - 1 : 1))
PROPERTIES

if [[ ! -e /var/lib/kafka/data/meta.properties ]]; then
  # The tool reads its arguments from a file: on the command line, others would see the passwords. What it prints holds keys.
  {
    printf '%s\n' --cluster-id "${CLUSTER_ID:?}" --config "$settings"
    for secret in "$secrets"/kafka-*; do
      printf '%s\n' --add-scram "SCRAM-SHA-512=[name=${secret##*/kafka-},password=$(<"$secret")]"
    done
  } >"$users"
  /opt/kafka/bin/kafka-storage.sh format "@$users" >/dev/null
  rm "$users"
fi
export LOG_DIR=/tmp/logs KAFKA_LOG4J_OPTS=-Dlog4j2.configurationFile=/etc/etabli/kafka/log4j2.yaml
exec /opt/kafka/bin/kafka-run-class.sh kafka.Kafka "$settings"
