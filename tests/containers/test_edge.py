"""The edge, the one door: what it opens, and who may say whence a request comes."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from socket import socket

import httpx
import pytest

from deploy.containers.docker import Project
from deploy.containers.starting import start
from tests.containers.looking import inside, inspected

pytestmark = pytest.mark.docker
IMAGE = "caddy:2.10"


@pytest.fixture(scope="module")
def edge(stack: Project) -> Iterator[tuple[Project, str]]:
    """The same stack with its edge, on ports that are free, and where that answers."""
    known = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, check=False).returncode == 0
    if not known and subprocess.run(["docker", "pull", "-q", IMAGE], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"L’image {IMAGE} n’est pas là et ne se télécharge pas d’ici.")
    http, https = free_port(), free_port()
    published = {"ETABLI_PUBLISHED_HTTP": str(http), "ETABLI_PUBLISHED_HTTPS": str(https)}
    project = replace(stack, profiles=("edge",), variables={**stack.variables, **published})
    try:
        start(project)
        yield project, f"https://localhost:{https}"
    finally:
        project.ask("rm", "-s", "-f", "edge", "edge-storage")


def free_port() -> int:
    with socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_the_edge_alone_publishes_ports_and_is_no_root(edge: tuple[Project, str]) -> None:
    found = inspected(edge[0])
    assert [name for name, one in found.items() if one["HostConfig"]["PortBindings"]] == ["edge"]
    assert found["edge"]["Config"]["User"] == "10001:10001"
    assert found["edge"]["HostConfig"]["ReadonlyRootfs"]


def test_the_four_services_are_under_one_origin(edge: tuple[Project, str]) -> None:
    with httpx.Client(base_url=edge[1], verify=False, trust_env=False, timeout=60) as client:
        assert client.get("/").headers["location"] == "/reporting/"
        for service in ("referral", "enrolment", "production", "reporting"):
            assert client.get(f"/{service}/openapi.json").status_code == 200
            assert client.get(f"/{service}/health/ready").status_code == 404
            assert client.get(f"/{service}/admin/parked").status_code == 404


def test_only_the_edge_is_believed_when_it_says_whence_a_request_comes(edge: tuple[Project, str]) -> None:
    said = {"X-Forwarded-Prefix": "/elsewhere", "X-Forwarded-Host": "elsewhere.example", "X-Forwarded-For": "203.0.113.9"}
    with httpx.Client(base_url=edge[1], verify=False, trust_env=False, timeout=60) as client:
        through = client.get("/reporting/", headers=said).text
    assert 'href="/reporting/static/' in through
    ask = f"import http.client as h; c = h.HTTPConnection('reporting', 8000); c.request('GET', '/', headers={said!r}); "
    beside = inside(edge[0], "enrolment", "python", "-c", f"{ask} print(c.getresponse().read().decode())").stdout
    assert 'href="/static/' in beside
    assert "elsewhere" not in through + beside
