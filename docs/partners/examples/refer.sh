# Envoie une orientation. La même « external_id » encore ne crée rien de plus et rend la même réponse.
curl -sS --fail-with-body "$SERVICE/referrals" -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" --data "@${1:-referral.json}"
