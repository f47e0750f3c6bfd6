#!/usr/bin/env bash
# Start a member of the replica set in the MongoDB image. mongod takes a key file only if it is its own and closed to others.
set -euo pipefail
umask 077
cp /run/secrets/mongo-keyfile /tmp/keyfile
# A killed service lets go of its transaction after 5 s; slow commands, which are logged with their values, are none of ours;
# zlib is not asked for, that clients without it hear no warning.
exec docker-entrypoint.sh mongod --quiet --bind_ip_all --replSet rs0 --keyFile /tmp/keyfile \
  --wiredTigerCacheSizeGB "${CACHE_GB:-0.5}" --networkMessageCompressors snappy,zstd \
  --slowms 600000 --profile 0 --setParameter transactionLifetimeLimitSeconds=5
