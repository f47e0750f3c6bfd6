# Inscrit l’adresse de votre récepteur ; le secret de la réponse n’est montré que cette fois.
curl -sS --fail-with-body "$SERVICE/webhooks" -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" --data "{\"url\": \"$1\"}"
