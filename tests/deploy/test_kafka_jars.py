"""Kafka's jars are fetched once, and only those of the committed list ever run."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.errors import CannotRun
from deploy.local.kafka_jars import EXPECTED, fetch_with_jgo, kafka_jars
from deploy.local.progress import Advance


@pytest.fixture
def jars(tmp_path: Path) -> Path:
    """A folder of this test's own with the true jars."""
    own = tmp_path / "kafka"
    shutil.copytree(kafka_jars()[0].parent, own)
    return own


def no_network(_repository: Path, _advance: Advance) -> list[Path]:
    raise ConnectionError("Network is unreachable")


def test_a_second_start_needs_no_network(jars: Path) -> None:
    assert len(kafka_jars(jars, fetch=no_network)) == len(EXPECTED.read_text().splitlines())


def test_a_jar_that_changed_is_refused_by_its_name(jars: Path) -> None:
    with (jars / "kafka-clients-4.3.1.jar").open("ab") as jar:
        jar.write(b"x")
    with pytest.raises(CannotRun, match=r"kafka-clients-4\.3\.1\.jar n’est pas le fichier attendu"):
        kafka_jars(jars)


def test_a_jar_that_is_missing_is_refused_by_its_name(jars: Path) -> None:
    (jars / "snakeyaml-2.5.jar").unlink()
    with pytest.raises(CannotRun, match=r"snakeyaml-2\.5\.jar .* absent trouvé"):
        kafka_jars(jars)


def test_a_fetched_jar_that_is_another_is_refused_and_not_kept(jars: Path, tmp_path: Path) -> None:
    def fetch(repository: Path, _advance: Advance) -> list[Path]:
        shutil.copytree(jars, repository)
        (repository / "re2j-1.8.jar").write_bytes(b"another")
        return list(repository.iterdir())

    with pytest.raises(CannotRun, match=r"re2j-1\.8\.jar"):
        kafka_jars(tmp_path / "fresh", fetch=fetch)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["fresh.lock", "kafka"]


def test_of_two_first_starts_at_once_one_fetches_and_both_run(jars: Path, tmp_path: Path) -> None:
    fetched: list[Path] = []

    def fetch(repository: Path, _advance: Advance) -> list[Path]:
        fetched.append(repository)
        time.sleep(0.5)  # the other start is there by then
        shutil.copytree(jars, repository)
        return list(repository.iterdir())

    def start(_: int) -> list[Path]:
        return kafka_jars(tmp_path / "fresh", fetch=fetch)

    with ThreadPoolExecutor(2) as starts:
        one, other = starts.map(start, range(2))
    assert (one, len(fetched), len(one)) == (other, 1, len(list(jars.iterdir())))


def test_a_network_that_refuses_is_told_with_what_was_fetched_and_how_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("JAVA_HOME", "")  # put back at the end
    with pytest.raises(CannotRun) as refused:
        kafka_jars(tmp_path / "fresh", fetch=fetch_with_jgo)
    for word in ("Apache Kafka 4.3.1", "org.apache.kafka:kafka_2.13:4.3.1", "HTTPS_PROXY", "KAFKA_BOOTSTRAP_SERVERS"):
        assert word in str(refused.value)
    assert [each.name for each in tmp_path.iterdir()] == ["fresh.lock"]
    assert "Apache Kafka 4.3.1, téléchargement unique…" in capsys.readouterr().err
