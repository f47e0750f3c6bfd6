"""The region's file says what the convention says, marks what it invents, and is refused in French when it is wrong."""

from pathlib import Path

import pytest

from deploy.local.errors import CannotRun
from deploy.simulation.region import FILE, Region, load
from shared.events.production import ClientKind
from shared.events.referral import AgencyKind


@pytest.fixture(scope="module")
def region() -> Region:
    return load()


def test_the_five_schools_teach_their_seven_programmes(region: Region) -> None:
    industry = ("cap-conducteur-installations", "bac-pro-technicien-usinage")
    assert {school.town: school.programmes for school in region.schools} == {
        "Besançon": industry,
        "Chalon-sur-Saône": industry,
        "Dole": ("cap-serrurerie-metallerie",),
        "Clux-Villeneuve": ("cap-maintenance-batiments",),
        "Chamblanc": ("cap-production-service-restauration",),
    }


def test_each_commune_is_in_its_department(region: Region) -> None:
    communes = {school.town: school.commune for school in region.schools}
    assert communes == {
        "Besançon": "25056", "Chalon-sur-Saône": "71076", "Dole": "39198", "Clux-Villeneuve": "71578", "Chamblanc": "21131",
    }  # fmt: skip
    assert all(school.commune.startswith(school.department) for school in region.schools)


def test_a_cap_takes_two_years_and_a_bac_pro_three(region: Region) -> None:
    assert {programme.certification: programme.years for programme in region.programmes} == {"cap": 2, "bac_pro": 3}


def test_the_grants_of_2021_are_held_by_the_network_and_not_invented(region: Region) -> None:
    of_2021 = [grant for grant in region.grants if grant.civil_year == 2021]
    assert [(grant.holder, grant.purpose, grant.amount_euros, grant.fictitious) for grant in of_2021] == [
        ("network", "operating", 400_000, False),
        ("network", "investment", 300_000, False),
    ]


def test_there_are_partners_and_clients_of_every_kind(region: Region) -> None:
    assert {agency.kind for agency in region.agencies} == set(AgencyKind)
    assert {client.kind for client in region.clients} == set(ClientKind)


def test_what_no_document_says_is_marked_as_invented(region: Region) -> None:
    contacts = [school.contact for school in region.schools]
    invented = (*region.agencies, *region.clients, *region.workshops, *region.instalments, *contacts)
    assert all(entry.fictitious for entry in invented)
    assert all(contact.phone.startswith("+3335301") for contact in contacts)  # ARCEP keeps them for fiction
    assert all(school.uai is None and school.siret is None for school in region.schools)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('commune: "39198"', 'commune: "3919"', "Un code commune INSEE a cinq caractères"),
        ("certification: bac_pro", "certification: licence", "cette valeur n’est pas dans la liste permise"),
        ("programmes: [cap-maintenance-batiments]", "programmes: [cap-inconnu]", "non décrites : cap-inconnu"),
        ("{month: 3, percent: 50", "{month: 3, percent: 40", "100 centièmes"),
        ("    town: Dole", "    ville: Dole", "il manque"),
        ("name: Bourgogne", "name: [", "n’est pas du YAML lisible"),
    ],
)
def test_what_is_wrong_is_said_in_french(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    wrong = tmp_path / "region.yaml"
    wrong.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(CannotRun) as refusal:
        load(wrong)
    assert sentence in str(refusal.value)
