"""The image and the stack in containers, as they are written: pinned, closed, and no wider than they need."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.containers.secrets import made_of
from services import SERVICES
from tests.architecture.dockerfile import complaints

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
WRONG = {
    "FROM python": "DL3006 an image has a tag",
    "FROM python:latest": "DL3006 an image has a tag",
    "WORKDIR srv": "DL3000 WORKDIR is absolute",
    "RUN cd /srv": "DL3003 WORKDIR, not cd",
    "RUN sudo true": "DL3004 no sudo",
    "RUN apt-get install -y --no-install-recommends gcc": "DL3008 packages have versions",
    "RUN apt-get install -y gcc=12": "DL3015 no recommended packages",
    "EXPOSE 80": "DL3011 a port that anybody may open",
    "ADD x /x": "DL3020 COPY, not ADD",
    "ENTRYPOINT python": "DL3025 CMD and ENTRYPOINT are lists",
    "RUN pip --quiet install --require-hashes -r x": "DL3042 pip keeps no cache",
    "RUN pip --quiet install --no-cache-dir -r x": "pip checks hashes",
    "MAINTAINER us": "DL4000 no MAINTAINER",
    "RUN wget x | sh": "DL4006 no pipe whose start may fail unseen",
    "ENV DB_PASSWORD=x": "no secret in the image",
    "USER root": "DL3002 the last user is a number, not root",
    "USER etabli": "DL3002 the last user is a number, not root",
    'CMD ["x"]': "DL4003 one CMD",
    "# syntax=docker/dockerfile:1": "no front end to fetch",
    "RUN <<end": "no front end to fetch",
}


def test_the_dockerfile_breaks_no_rule() -> None:
    assert complaints(DOCKERFILE) == []


@pytest.mark.parametrize("line", WRONG)
def test_each_rule_is_seen_broken(line: str) -> None:
    assert complaints(f"{DOCKERFILE}\n{line}\n") == [WRONG[line]]


def test_an_image_without_labels_is_seen() -> None:
    assert complaints(DOCKERFILE.replace("LABEL", "ENV")) == ["the image says what it is"]


def pins(file: str) -> dict[str, set[str]]:
    """Each pinned package of a lock, with its hashes."""
    entries = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / file).read_text())[1:]
    return {entry.split()[0]: set(re.findall(r"sha256:[0-9a-f]{64}", entry)) for entry in entries}


def test_the_image_s_lock_is_part_of_the_one_lock() -> None:
    every, image = pins("requirements.lock"), pins("requirements.image.lock")
    assert image
    assert {name: hashes for name, hashes in image.items() if not hashes or every.get(name) != hashes} == {}


def test_the_image_s_lock_is_what_the_project_needs_and_no_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {re.split(r"[=\[]", pin)[0] for pin in pins("requirements.image.lock")}
    assert {_name(one) for one in project["dependencies"]} - locked == set()
    extras = {_name(one) for name in ("local", "dev") for one in project["optional-dependencies"][name]}
    assert extras & locked == set()


def _name(requirement: str) -> str:
    return re.split(r"[^a-z0-9-]", requirement)[0]


def test_every_container_is_closed() -> None:
    for name, one in COMPOSE["services"].items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "edge" else []), name
        assert "privileged" not in one, name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["mem_limit"], name
        assert one["pids_limit"], name
        assert one["logging"]["options"] == {"max-size": "10m", "max-file": "3"}, name
        assert not [user for user in [str(one.get("user", ""))] if user.startswith(("0", "root"))], name


def test_a_volume_whose_owner_our_image_gives_is_filled_by_no_other_image() -> None:
    lent = {name: COMPOSE["services"][name]["volumes"] for name in ("edge-storage", "edge")}
    assert lent["edge-storage"] == ["edge:/var/lib/etabli/edge"]
    assert [one for one in lent["edge"] if one.startswith("edge:")] == ["edge:/data:nocopy"]


def test_only_the_edge_publishes_ports() -> None:
    assert {name for name, one in COMPOSE["services"].items() if "ports" in one} <= {"edge"}


def test_an_image_of_others_has_its_version() -> None:
    images = {one["image"] for one in COMPOSE["services"].values() if not one["image"].startswith("${ETABLI_IMAGE")}
    assert images
    assert not [image for image in images if not re.fullmatch(r"[a-z/]+:v?[0-9][0-9.]+", image)]


def test_secrets_are_files_that_make_secrets_makes() -> None:
    assert set(COMPOSE["secrets"]) == {"private.pem", "jwks.json", *made_of()}
    assert all(one["file"] == f"${{ETABLI_SECRETS:-./secrets}}/{name}" for name, one in COMPOSE["secrets"].items())
    for name, one in COMPOSE["services"].items():
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        named = [key for key in one.get("environment", {}) if re.search(r"PASSWORD|SECRET|KEY|TOKEN", key)]
        assert not [key for key in named if not key.endswith(("_FILE", "_FOLDER"))], name


def test_what_a_stack_is_told_of_people_and_secrets_goes_into_no_image_and_no_history() -> None:
    ignored = {name: (ROOT / name).read_text().splitlines() for name in (".dockerignore", ".gitignore")}
    assert {"deploy/secrets*", "deploy/claims*", "deploy/.*"} <= set(ignored[".dockerignore"])
    assert {"deploy/secrets*/", "deploy/claims.yaml", "deploy/.env"} <= set(ignored[".gitignore"])


def test_a_service_waits_for_what_it_needs_and_is_asked_whether_it_is_well() -> None:
    for name in SERVICES:
        one = COMPOSE["services"][name]
        needs = {need: how["condition"] for need, how in one["depends_on"].items()}
        assert {needs["kafka"], needs["mongodb"]} == {"service_healthy"}
        assert {needs["kafka-access"], needs["prepare"]} == {"service_completed_successfully"}
        assert one["command"] == ["python", "-P", "-m", f"services.{name}.main"]
        assert one["healthcheck"]["test"][1] == "python"


def test_the_vault_s_key_is_given_to_nobody_but_referral_and_the_job_that_migrates_it() -> None:
    assert {name for name, one in COMPOSE["services"].items() if "vault-key" in one.get("secrets", ())} == {"referral", "prepare"}
