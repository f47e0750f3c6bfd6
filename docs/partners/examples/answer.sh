# Propose une place : $1 est la rentrée (intake_id), $2 le jeune (young_id). Refait, rien ne change : un refus 409 dit où il en est.
decide() {
  curl -sS --fail-with-body "$SERVICE/intakes/$1/applications/$2/$3" -H "Authorization: Bearer $TOKEN" \
    -H "Content-Type: application/json" --data "$4" && echo
}
decide "$1" "$2" review '{}' && decide "$1" "$2" admit '{"met": "interview"}' && decide "$1" "$2" offer '{}'
