#!/bin/sh
# Apply the table of who may do what (access.txt) to a Kafka, by its own kafka-acls.sh. What is there already costs nothing.
#
#   apply-access.sh [--prune] BOOTSTRAP CONFIG [TABLE]
#
# BOOTSTRAP is HOST:PORT of a broker, CONFIG a file of client properties that says who we are (a super user), TABLE access.txt
# beside this script unless another is named. Rules that Kafka has and the table has not are named, and removed with --prune
# alone: one may have been given by hand to a partner. KAFKA_BIN is where Kafka's tools are.
set -euf

prune=no
if [ "${1:-}" = --prune ]; then
  prune=yes
  shift
fi
if [ $# -lt 2 ]; then
  echo "usage: $0 [--prune] BOOTSTRAP CONFIG [TABLE]" >&2
  exit 2
fi
bootstrap=$1 config=$2 table=${3:-$(dirname "$0")/access.txt}
acls=${KAFKA_BIN:-/opt/kafka/bin}/kafka-acls.sh
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:--Xmx128m}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

ask() {
  "$acls" --bootstrap-server "$bootstrap" --command-config "$config" "$@"
}

# What Kafka has, in the words of the table: user operation resource pattern name. Other than plain permissions are not ours.
written() {
  awk '
    /^Current ACLs/ {
      resource = $0; sub(/.*resourceType=/, "", resource); sub(/,.*/, "", resource)
      name = $0; sub(/.*, name=/, "", name); sub(/, patternType=.*/, "", name)
      pattern = $0; sub(/.*patternType=/, "", pattern); sub(/\).*/, "", pattern)
      gsub(/_/, "-", resource); resource = tolower(resource)
    }
    /principal=User:/ && /host=\*,/ && /permissionType=ALLOW/ {
      user = $0; sub(/.*principal=User:/, "", user); sub(/,.*/, "", user)
      operation = $0; sub(/.*operation=/, "", operation); sub(/,.*/, "", operation)
      count = split(operation, words, "_"); operation = ""
      for (i = 1; i <= count; i++) operation = operation toupper(substr(words[i], 1, 1)) tolower(substr(words[i], 2))
      print user, operation, resource, tolower(pattern), name
    }'
}

# change WORD FILE OPTION…: one call (--add, or --remove --force) for the rules of a user, an operation and a pattern.
change() {
  word=$1 file=$2
  shift 2
  cut -d' ' -f1,2,4 "$file" | sort -u >"$folder/groups"
  while read -r user operation pattern; do
    options=$(awk -v u="$user" -v o="$operation" -v p="$pattern" \
      '$1 == u && $2 == o && $4 == p { printf $3 == "cluster" ? " --cluster" : " --" $3 " " $5 }' "$file")
    # shellcheck disable=SC2086 # names of topics hold no blank
    ask "$@" --allow-principal "User:$user" --operation "$operation" --resource-pattern-type "$pattern" $options >/dev/null </dev/null
  done <"$folder/groups"
  sed "s/^/$word: /" "$file"
}

grep -v -e '^#' -e '^$' "$table" | LC_ALL=C sort >"$folder/wanted"
ask --list >"$folder/list" </dev/null
written <"$folder/list" | LC_ALL=C sort >"$folder/there"
LC_ALL=C comm -23 "$folder/wanted" "$folder/there" >"$folder/missing"
# Those of the partners' users are given by « etabli partners », which answers for them.
LC_ALL=C comm -13 "$folder/wanted" "$folder/there" | awk '$1 !~ /^partner[.]/' >"$folder/strange"

change added "$folder/missing" --add
if [ "$prune" = yes ]; then
  change removed "$folder/strange" --remove --force
else
  sed 's/^/left in place, not in the table: /' "$folder/strange"
fi
echo "$(wc -l <"$folder/wanted" | tr -d ' ') rules"
