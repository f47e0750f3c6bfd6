#!/usr/bin/env bash
# Whether the broker of this container answers a request (ApiVersions, which precedes any sign-in): starting Java each time costs more.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/9092
printf '\x00\x00\x00\x10\x00\x12\x00\x00\x00\x00\x00\x01\x00\x06health' >&3
[[ $(timeout 5 head -c 4 <&3 | wc -c) -eq 4 ]]
