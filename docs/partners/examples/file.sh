# Le modèle à remplir, un essai à blanc, la prise du fichier, puis ses lignes refusées, à corriger et à renvoyer.
ask() { curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$@"; }
ask "$SERVICE/referrals/imports/template?format=csv" -o modele.csv
ask "$SERVICE/referrals/imports/dry-run" -F file=@orientations.csv && echo
import=$(ask "$SERVICE/referrals/imports" -F file=@orientations.csv | sed 's/.*"import_id":"\([^"]*\)".*/\1/')
until ask "$SERVICE/referrals/imports/$import" | tee import.json | grep -q '"status":"done"'; do sleep 1; done
cat import.json && echo
ask "$SERVICE/referrals/imports/$import/rejected" -o rejets.csv && cat rejets.csv
