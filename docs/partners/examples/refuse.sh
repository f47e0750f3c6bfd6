# Refuse une candidature, avec un code que l’organisme voit : $1 est la rentrée (intake_id), $2 le jeune (young_id).
curl -sS --fail-with-body "$SERVICE/intakes/$1/applications/$2/refuse" -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" --data '{"code": "no_place"}'
