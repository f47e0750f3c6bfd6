#!/usr/bin/env bash
# Whether the mongod of this container answers a request (hello, an OP_MSG, which precedes any sign-in): starting mongosh each time
# costs more than a second of a processor.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/27017
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
timeout 5 head -c 200 <&3 | grep -qa topologyVersion
