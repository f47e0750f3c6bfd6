# Rend tout l’état présent, avec la position après laquelle reprendre le flux ; la suite, s’il y en a une, par ?cursor=.
curl -sS --fail-with-body "$SERVICE/snapshot" -H "Authorization: Bearer $TOKEN"
