# Suit le flux. La position du dernier événement reçu reste dans position.txt : coupé ou relancé, il reprend juste après.
while true; do
  curl -sSN "$SERVICE/stream?since=$(cat position.txt 2>/dev/null || echo -1)" -H "Authorization: Bearer $TOKEN" |
    while IFS= read -r line; do
      printf '%s\n' "$line"
      case $line in
        "id: "*) id=${line#id: } ;;
        "") if [ -n "$id" ]; then echo "$id" > position.txt; fi ;;
      esac
    done
  sleep 2
done
