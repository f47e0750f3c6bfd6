.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PUPILS ?=
SEED ?=
# Three workers, as each waits a third of its time, with a Kafka and a mongod of its own; a file's tests stay together.
AT_ONCE := -n 3 --dist loadfile

.PHONY: help lock setup demo local secrets up down upgrade test test-driver test-slow test-followers test-docker cluster-test check contracts bench-latency bench-inbound bench-drivers bench-readings bench-rebuild bench-intake clean

help: ## Ce que l'on peut taper
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv/installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

UV ?= uv
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11

lock: ## Après un changement de dépendance : les deux verrous, celui de tout et celui de l'image (avec uv)
	$(COMPILE) --extra local --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) --constraints requirements.lock pyproject.toml -o requirements.image.lock

setup: .venv/installed ## Installe tout dans .venv, d'après requirements.lock

demo: setup ## Une année scolaire des cinq écoles, sous vos yeux (ONCE=1 : s'arrête seul ; PUPILS=n : la taille)
	$(BIN)/etabli demo $(if $(ONCE),--once) $(if $(PUPILS),--pupils $(PUPILS)) $(if $(SEED),--seed $(SEED))

local: setup ## Les serveurs et les quatre services, vides, sur cette machine, sans Docker
	$(BIN)/etabli up

secrets: setup ## Les clés et mots de passe de la pile en conteneurs, dans deploy/secrets, faits une fois
	$(BIN)/etabli secrets

up: setup ## La pile en conteneurs (PROFILES=edge,observability ; DEMO=1 : une démonstration jouée à part, comparée)
	$(BIN)/python -m deploy.containers up $(if $(PROFILES),--profiles "$(PROFILES)") $(if $(DEMO),--demo) $(if $(PUPILS),--pupils $(PUPILS)) $(if $(SEED),--seed $(SEED))

down: setup ## Arrête la pile en conteneurs et garde ses données (DEMO=1 : celle de la démonstration, effacée)
	$(BIN)/python -m deploy.containers down $(if $(DEMO),--demo)

test: setup ## Les tests, sur les vrais serveurs (moins de 5 minutes)
	$(BIN)/pytest -m "not slow and not docker" $(AT_ONCE)

test-driver: setup ## Les mêmes tests avec l'autre pilote de MongoDB, celui de PyMongo
	ETABLI_MONGO_DRIVER=pymongo $(BIN)/pytest -m "not slow and not docker" $(AT_ONCE)

test-slow: setup ## Les tests plus longs : pannes en pleine démonstration
	$(BIN)/pytest -m "slow and not docker" --durations=20

test-followers: setup ## Deux lecteurs d’un flux tués au hasard pendant deux minutes, services et Kafka aussi (SECONDS=n : la durée)
	ETABLI_FOLLOWED_SECONDS=$(or $(SECONDS),120) $(BIN)/pytest -s -m slow tests/end_to_end/test_followers.py

test-docker: setup ## Les tests sur des conteneurs qui tournent ; sautés, avec la raison, sans moteur Docker
	$(BIN)/pytest -m docker

check: setup ## ruff, mypy, dépendances permises, contrats à jour
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m deploy.contracts --check
	$(BIN)/python -m deploy.containers.checking

contracts: setup ## Réécrit docs/contracts et docs/settings.md d'après le code
	$(BIN)/python -m deploy.contracts

bench-latency: setup ## Du POST d'une orientation à son décompte : médiane et 99e centile, à côté d'un pair
	$(BIN)/python -m deploy.bench.latency

bench-inbound: setup ## 400 organismes sur leurs topics : ce que le flot de l'un coûte au message d'un autre
	$(BIN)/python -m deploy.bench.inbound

bench-drivers: setup ## Les deux pilotes de MongoDB sur le même travail, en rapports
	$(BIN)/python -m deploy.bench.drivers

bench-readings: setup ## Une page après un changement, tenue à jour, à côté de la même relue et recomptée en entier
	$(BIN)/python -m deploy.bench.readings

bench-rebuild: setup ## Une reconstruction, à côté d'une lecture des mêmes messages
	$(BIN)/python -m deploy.bench.rebuild

bench-intake: setup ## Des orientations, par lots de 2 000 et une à une, à côté d’insertions nues
	$(BIN)/python -m deploy.bench.intake

cluster-test: setup ## Un cluster à part, sous charge : on tue l'un après l'autre, rien n'est perdu ni doublé (Docker, dix minutes)
	docker build --quiet -f deploy/Dockerfile -t etabli:cluster-test .
	ETABLI_IMAGE=etabli:cluster-test $(BIN)/python -m deploy.cluster.trial

IMAGE ?= etabli:$(shell git describe --always --dirty 2>/dev/null || echo new)
upgrade: setup ## La pile en conteneurs à la version d'ici, réplique par réplique ; ce qui n'est pas prêt revient en arrière
	docker build --quiet -f deploy/Dockerfile -t $(IMAGE) .
	$(BIN)/etabli upgrade $(IMAGE)
	$(BIN)/etabli rebuild

clean: ## Enlève .venv et les caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
