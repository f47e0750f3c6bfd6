"""`etabli token`: in whose name tokens are signed, for how long, and how they are taken back."""

from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from deploy.local.errors import CannotRun
from deploy.local.keys import keys_in, signer
from shared.kernel.caller import Caller
from shared.kernel.errors import Unauthenticated
from shared.web.tokens import verifier


def etabli(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def signed(data: Path, *arguments: str) -> str:
    result = etabli("token", *arguments, "--data", str(data))
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_token_names_a_person_and_lasts_eight_hours(tmp_path: Path) -> None:
    keys = keys_in(tmp_path)
    token = signed(tmp_path, "school:dole:office", "--name", "Zélie Ångström")
    assert verifier(keys.public, keys.revoked)(token) == Caller("Zélie Ångström", "school", "dole", "office")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == timedelta(hours=8).total_seconds()
    assert jwt.decode(signed(tmp_path, "admin"), options={"verify_signature": False})["sub"] == signer()


@pytest.mark.parametrize("days", ["0", "31", "99999999"])
def test_a_token_lasts_a_month_at_most(tmp_path: Path, days: str) -> None:
    keys_in(tmp_path)
    assert etabli("token", "admin", "--days", days, "--data", str(tmp_path)).exit_code == 2


@pytest.mark.parametrize("name", ["", " ", "Marie\nAdmin", "\ud800"])
def test_a_name_is_one_line(tmp_path: Path, name: str) -> None:
    keys_in(tmp_path)
    result = etabli("token", "admin", "--name", name, "--data", str(tmp_path))
    assert isinstance(result.exception, CannotRun)


@pytest.mark.parametrize("by_its_id", [True, False])
def test_a_token_is_taken_back_by_its_id_or_itself(tmp_path: Path, by_its_id: bool) -> None:
    keys = keys_in(tmp_path)
    check, (taken, kept) = verifier(keys.public, keys.revoked), signed(tmp_path, "admin", "admin").split()
    id = jwt.decode(taken, options={"verify_signature": False})["jti"]
    assert etabli("token", "revoke", id if by_its_id else taken, "--data", str(tmp_path)).exit_code == 0
    with pytest.raises(Unauthenticated):
        check(taken)
    assert check(kept).is_admin


@pytest.mark.parametrize("pasted", ["", "Bearer one", "{token}", "eyJhbGciOiJFZERTQSJ9"])
def test_what_is_half_a_token_is_not_said_to_be_taken_back(tmp_path: Path, pasted: str) -> None:
    keys = keys_in(tmp_path)
    token = signed(tmp_path, "admin")
    result = etabli("token", "revoke", pasted.format(token=token[:-100]), "--data", str(tmp_path))
    assert isinstance(result.exception, CannotRun)
    assert keys.revoked.read_text() == ""


def test_an_id_is_no_option_of_a_command(tmp_path: Path) -> None:
    keys_in(tmp_path)
    tokens = signed(tmp_path, *["admin"] * 300).split()
    assert all(jwt.decode(token, options={"verify_signature": False})["jti"].isalnum() for token in tokens)


def test_what_was_revoked_stays_so_when_the_stack_starts_again(tmp_path: Path) -> None:
    etabli("token", "revoke", "one", "--data", str(keys_in(tmp_path).public.parent.parent))
    assert keys_in(tmp_path).revoked.read_text() == "one\n"
