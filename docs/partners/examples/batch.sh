# Envoie un lot (2 000 orientations au plus). La réponse dit le sort de chacune, par rang et par référence.
curl -sS --fail-with-body "$SERVICE/referrals/batch" -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" --data @batch.json
