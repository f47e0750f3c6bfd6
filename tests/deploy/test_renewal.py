"""`etabli renew`: another key takes the place of one that is feared known, in the same file, and what went before stays read."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.containers.secrets import make_secrets
from deploy.local.errors import CannotRun
from deploy.local.keys import Keys, keys_in, token
from deploy.local.renewal import renew
from shared.kernel.errors import Unauthenticated
from shared.web.tokens import verifier


def renewed(data: Path, key: str) -> Result:
    return CliRunner().invoke(app, ["renew", key, "--data", str(data)])


def test_tokens_of_a_key_that_is_known_are_believed_no_more_and_new_ones_are(tmp_path: Path) -> None:
    keys, inode = keys_in(tmp_path), (tmp_path / "keys" / "jwks.json").stat().st_ino
    now = 0.0
    check, before = verifier(keys.public, keys.revoked, lambda: now), token(keys, "admin")
    assert check(before).is_admin
    assert renewed(tmp_path, "signing").exit_code == 0
    now = 10.0
    with pytest.raises(Unauthenticated):
        check(before)
    assert check(token(keys, "admin")).is_admin
    assert keys.public.stat().st_ino == inode
    assert not list(keys.public.parent.glob("*.renewed"))


@pytest.mark.parametrize(("key", "name"), [("vault", "vault-key"), ("secret", "secret")])
def test_a_new_key_comes_before_the_former_one_in_the_same_file_and_mode(tmp_path: Path, key: str, name: str) -> None:
    keys_in(tmp_path)
    file = tmp_path / "keys" / name
    before, was = file.read_text(), file.stat()
    assert renewed(tmp_path, key).exit_code == 0
    new, *former = file.read_text().split()
    assert (len(bytes.fromhex(new)), former, new != before) == (32, [before], True)
    assert (file.stat().st_ino, file.stat().st_mode) == (was.st_ino, was.st_mode)


def test_what_containers_read_is_written_though_it_is_read_only(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    keys = Keys.of(tmp_path / "secrets")
    for key in ("signing", "vault", "secret"):
        assert renew(keys, key)
    assert {file.stat().st_mode & 0o777 for file in (keys.private, keys.public, keys.secret, keys.vault)} == {0o444}


@pytest.mark.parametrize("name", ["kafka-referral", "mongodb-reporting"])
def test_a_service_s_password_is_another_in_the_same_file_and_no_other_is_touched(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    before = {file.name: (file.stat().st_ino, file.stat().st_mode, file.read_text()) for file in folder.iterdir()}
    left_to_do = renew(Keys.of(folder), name)
    after = {file.name: (file.stat().st_ino, file.stat().st_mode, file.read_text()) for file in folder.iterdir()}
    assert {one for one in before if before[one] != after[one]} == {name}
    assert (before[name][:2], len(bytes.fromhex(after[name][2]))) == (after[name][:2], 32)
    assert name.split("-")[1] in left_to_do


def test_a_stack_whose_servers_ask_for_no_password_has_none_to_renew(tmp_path: Path) -> None:
    keys_in(tmp_path)
    with pytest.raises(CannotRun, match="mot de passe"):
        renew(Keys.of(tmp_path / "keys"), "kafka-referral")
    assert not (tmp_path / "keys" / "kafka-referral").exists()


def test_another_name_is_no_key_to_renew(tmp_path: Path) -> None:
    keys_in(tmp_path)
    assert renewed(tmp_path, "everything").exit_code == 2
