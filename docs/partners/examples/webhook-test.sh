# Envoie maintenant un mot d’essai à votre récepteur, signé comme les autres, et dit ce qu’il a répondu.
curl -sS --fail-with-body -X POST "$SERVICE/webhooks/$1/test" -H "Authorization: Bearer $TOKEN"
