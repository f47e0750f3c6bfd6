"""The table of claims: which rule fits whom, and a file that cannot serve."""

from pathlib import Path
from typing import Any

import pytest

from shared.kernel.caller import Caller
from shared.settings import Settings, from_environment
from shared.web.signin.claims import WrongClaims, read_table, table_in
from shared.web.signin.desk import wrong_claims

ROOT = Path(__file__).parents[3]
HEAD = "help: l’administration\nrules:\n"
REGION = HEAD + "  - {claim: groups, value: region, organisation: region, role: reader}\n"


def whose(rule: str, **claims: Any) -> Caller | None:
    """Whom this one rule makes of these claims."""
    return table_in(f"{HEAD}  - {{{rule}}}\n").caller({"sub": "marie", **claims})


def test_the_first_rule_that_fits_says_whom_one_speaks_for() -> None:
    table = table_in(REGION + "  - {claim: groups, value: admins, organisation: admin, role: admin}\n")
    assert table.caller({"sub": "marie", "groups": ["admins", "region"]}) == Caller("marie", "region", "", "reader")
    assert table.caller({"sub": "marie", "groups": ["admins"]}) == Caller("marie", "admin", "", "admin")
    assert table.caller({"sub": "marie", "groups": ["others"]}) is None
    assert table.caller({"sub": "marie"}) is None


def test_a_claim_is_found_by_its_path_and_is_or_holds_the_value_exactly() -> None:
    region = "organisation: region, role: reader"
    assert whose(f"claim: realm_access.roles, value: etabli, {region}", realm_access={"roles": ["etabli"]})
    assert whose(f"claim: ['https://x.example/role'], value: etabli, {region}", **{"https://x.example/role": "etabli"})
    assert whose(f"claim: staff, value: true, {region}", staff=True)
    others: list[Any] = [
        1,
        "true",
        "True",
        [1],
        None,
        {"true": True},
        "etabli2",
        "ETABLI",
        ["x-etabli"],
        "x etabli y",
        {"etabli": 1},
    ]
    for other in others:
        assert whose(f"claim: staff, value: true, {region}", staff=other) is None
        assert whose(f"claim: role, value: etabli, {region}", role=other) is None


def test_an_address_that_was_not_verified_is_nobody_s() -> None:
    rule = "claim: email, value: directrice@dole.example, organisation: 'school:dole', role: head"
    assert whose(rule, email="directrice@dole.example", email_verified=True) == Caller("marie", "school", "dole", "head")
    for verified in (False, None, "true", 1):
        for said in (rule, rule.replace("claim: email", "claim: [email]")):
            assert whose(said, email="directrice@dole.example", email_verified=verified) is None
        claims = {"sub": "x", "email": "directrice@dole.example", "email_verified": verified, "groups": "region"}
        assert table_in("person: email\n" + REGION).caller(claims) is None


@pytest.mark.parametrize("sub", [None, "", " ", 7, "a\nb", "x" * 256, ["marie"]])
def test_whom_nothing_names_is_let_in_by_no_rule(sub: Any) -> None:
    assert table_in(REGION).caller({"sub": sub, "groups": ["region"]}) is None


def test_history_keeps_the_claim_that_the_file_names_and_pages_show_another() -> None:
    table = table_in("person: employee.number\n" + REGION)
    claims = {"sub": "opaque", "employee": {"number": "A-17"}, "name": "Marie Curie", "groups": ["region"]}
    assert table.caller(claims) == Caller("A-17", "region", "", "reader")
    assert table.shown(claims) == "Marie Curie"
    assert table.shown({**claims, "name": "a\nb"}) == "A-17"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rules: [", "ce n’est pas du YAML (ligne 1)"),
        ("", "le fichier : n’est pas une table"),
        ("help: x\nrules: []\n", "rules : est vide"),
        (REGION.replace("help: l’administration\n", ""), "help : manque"),
        (REGION.replace("role: reader", "role: boss"), "règle 1 : ne nomme pas un organisme et un rôle qui existent"),
        (REGION.replace("organisation: region", "organisation: school"), "règle 1 : ne nomme pas"),
        (REGION.replace("value: region", "values: region"), "règle 1, value : manque"),
        (REGION + "  - {claim: [], value: x, organisation: region, role: reader}\n", "règle 2, claim : est vide"),
        (REGION + "roles: x\n", "roles : n’est pas connu"),
        (REGION + REGION, "ce n’est pas du YAML (ligne 1)"),
        (REGION.replace("value: region", "value: x, value: region"), "ce n’est pas du YAML (ligne 3)"),
        (REGION.replace("value: region", "value: ''"), "règle 1, value"),
        (REGION.replace("value: region", "value: 2026-13-45"), "ce n’est pas une telle table"),
        ("[" * 20_000, "ce n’est pas une telle table"),
        ("help: x\nrules: &all\n  - *all\n", "règle 1"),
    ],
)
def test_a_file_that_is_wrong_says_where_in_french(text: str, sentence: str) -> None:
    with pytest.raises(WrongClaims) as wrong:
        table_in(text)
    assert sentence in str(wrong.value)
    assert "Dupont" not in str(wrong.value)


def test_the_example_is_one_and_says_what_the_code_does() -> None:
    table = read_table(ROOT / "deploy" / "claims.example.yaml")
    assert table.caller({"sub": "x", "realm_access": {"roles": ["etabli-region"]}}) == Caller("x", "region", "", "reader")


@pytest.fixture
def environment(keys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What a service with a provider is told."""
    (tmp_path / "secret").write_text("at the provider")
    (tmp_path / "claims.yaml").write_text(REGION)
    told = {
        "JWKS_FILE": keys / "jwks.json", "SECRET_FILE": keys / "secret", "OIDC_ISSUER": "https://idp.example",
        "OIDC_CLIENT_ID": "etabli", "OIDC_CLIENT_SECRET_FILE": tmp_path / "secret", "OIDC_CLAIMS_FILE": tmp_path / "claims.yaml",
    }  # fmt: skip
    for name, value in told.items():
        monkeypatch.setenv(f"ETABLI_{name}", str(value))
    return monkeypatch


@pytest.mark.parametrize("name", ["ISSUER", "CLIENT_ID", "CLIENT_SECRET_FILE", "CLAIMS_FILE"])
def test_a_provider_is_told_whole_or_the_service_does_not_start(
    environment: pytest.MonkeyPatch, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert from_environment(Settings).oidc_issuer == "https://idp.example"
    environment.setenv(f"ETABLI_OIDC_{name}", "")  # as compose writes what is not set
    with pytest.raises(SystemExit) as stopped:
        from_environment(Settings)
    assert stopped.value.code == 2
    assert f"Il manque ETABLI_OIDC_{name} dans" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [("OIDC_ISSUER", "http://idp.example"), ("OIDC_CLIENT_SECRET_FILE", "/nowhere"), ("TRUSTED_PROXIES", "10.0.0.1/99")],
)
def test_a_provider_that_is_told_wrongly_keeps_the_service_from_starting(
    environment: pytest.MonkeyPatch, name: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv(f"ETABLI_{name}", value)
    with pytest.raises(SystemExit):
        from_environment(Settings)
    assert f"La valeur de ETABLI_{name} ne convient pas" in capsys.readouterr().err


def test_a_table_that_cannot_serve_keeps_the_service_from_starting(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert wrong_claims(from_environment(Settings)) is None
    (tmp_path / "claims.yaml").write_text(REGION.replace("reader", "boss"))
    assert "règle 1" in str(wrong_claims(from_environment(Settings)))
    environment.setenv("ETABLI_OIDC_CLAIMS_FILE", str(tmp_path / "nowhere.yaml"))
    assert "(il ne se lit pas)" in str(wrong_claims(from_environment(Settings)))
