"""The dashboard: signed out, empty, full, masked, live."""

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest_asyncio

from deploy.bench.region import ALONE, TODAY, a_region
from services.reporting.main import service
from services.reporting.settings import Settings
from tests.conftest import Running, Start
from tests.reporting.drivers import project


@pytest_asyncio.fixture(loop_scope="session")
async def empty(running: Start) -> AsyncIterator[Running]:
    async with running(service, Settings, **ALONE) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session")
async def full(empty: Running) -> Running:
    await project(empty, a_region(cohorts=4, pupils=8, weeks=2, today=TODAY).messages)
    return empty


def visible_text(answer: httpx.Response) -> str:
    """What people read, with plain spaces."""
    text = unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<head>.*?</head>", "", answer.text, flags=re.DOTALL)))
    return re.sub(r"\s+", " ", text)


async def test_signed_out_a_plain_page_says_how_to_sign_in(empty: Running) -> None:
    answer = await empty.browser().get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "Connectez-vous pour lire ce tableau de bord" in visible_text(answer)
    assert 'etabli token region --name "Prénom Nom" --link' in visible_text(answer)


async def test_an_agency_or_a_school_reads_whose_page_it_is(empty: Running) -> None:
    for scope in ("agency:cio-dole", "school:dole:head"):
        answer = await empty.as_(scope).get("/")
        assert answer.status_code == 403
        assert "celui de la Région et de la fédération" in visible_text(answer)


async def test_no_address_signs_anybody_in(empty: Running) -> None:
    token = empty.as_("region").headers["authorization"].removeprefix("Bearer ")
    answer = await empty.browser().get("/", params={"token": token})
    assert (answer.status_code, "set-cookie" in answer.headers) == (422, False)


async def test_the_page_names_who_is_signed_in_and_lets_them_out(empty: Running) -> None:
    page = await (await empty.signed_in("region", name="Zélie Ångström")).get("/")
    assert page.status_code == 200
    assert "Zélie Ångström Région Se déconnecter" in visible_text(page)
    assert "Se déconnecter" not in (await empty.as_("region").get("/")).text


async def test_a_real_stack_does_not_say_that_it_is_simulated(running: Start) -> None:
    async with running(service, Settings, kafka=ALONE["kafka"], simulated=False) as real:
        assert "Données simulées" not in visible_text(await real.as_("region").get("/"))


async def test_an_empty_page_says_what_fills_it(empty: Running) -> None:
    answer = await empty.as_("region").get("/")
    assert answer.status_code == 200
    assert "Personne n’a encore été orienté." in visible_text(answer)
    assert "dès qu’une agence oriente un jeune" in visible_text(answer)
    assert "Face aux repères" not in visible_text(answer)


async def test_nobody_found_by_a_filter_is_said_so_and_leads_back(full: Running) -> None:
    cases = {
        "Personne pour cette rentrée.": {"cohort": "2030-2031"},
        "Personne dans ce périmètre et pour cette rentrée.": {"scope": "school:dole", "cohort": "2030-2031"},
        "Personne pour cette rentrée, d’après ce que l’on savait ce jour-là.": {"cohort": "2030-2031", "as_of": "2025-06-30"},
        "Personne n’avait encore été orienté ce jour-là. Rien n’était encore connu": {"as_of": "2020-01-05"},
    }
    for sentence, query in cases.items():
        answer = await full.as_("region").get("/", params=query)
        text = re.sub(r"Connu le .*?Afficher ", "", visible_text(answer))
        assert sentence in text
        assert "se remplit d’elle-même" not in text
        assert '<a href="/">' in answer.text
        assert f'<option value="{query.get("cohort", "")}" selected>' in answer.text


async def test_the_page_concludes_compares_and_shows_the_way(full: Running) -> None:
    answer = await full.as_("region").get("/")
    text = visible_text(answer)
    assert answer.status_code == 200
    assert "Données simulées" in text
    assert re.search(r"<h1[^>]*>\d+.jeunes sortis de formation sur.\d+ sont en emploi ou en études six mois après", answer.text)
    assert "Repère : 93 % (réseau des Écoles de Production, session non précisée, février 2021)" in text
    assert "Repère : deux tiers" in text
    assert "Repère : avoisine les 100 %" in text
    assert re.search(r"Sur 160 jeunes orientés, \d+ sont entrés à l’atelier", text)
    assert "Juralternance/Eccofor, Dole" in text
    assert "L’École buissonnière, Clux-Villeneuve" in text


async def test_the_bars_and_their_table_say_the_same(full: Running) -> None:
    page = (await full.as_("admin").get("/")).text
    steps = ("referred", "applied", "admissible", "enrolled", "started", "completed", "diploma", "inserted")
    drawn = [re.search(rf'data-live="step-{step}".*?<text[^>]*>(\d+)</text>', page, re.DOTALL) for step in steps]
    table = [re.search(rf'data-live="funnel-{step}-1">(\d+)</td>', page) for step in steps]
    assert [found and found[1] for found in drawn] == [found and found[1] for found in table]
    assert None not in drawn


async def test_filters_stand_in_the_address_and_stay_chosen(full: Running) -> None:
    answer = await full.as_("region").get("/", params={"scope": "school:dole", "cohort": "2024-2025"})
    assert "Juralternance/Eccofor, entrés en 2024-2025" in visible_text(answer)
    assert '<option value="school:dole" selected>' in answer.text
    assert '<option value="2024-2025" selected>' in answer.text


async def test_going_back_the_browser_does_not_put_an_older_choice_in_the_filters(full: Running) -> None:
    assert re.search(r'<form class="filters"[^>]* autocomplete="off"', (await full.as_("region").get("/")).text)


async def test_an_address_with_an_odd_fragment_is_a_page_all_the_same(full: Running) -> None:
    answer = await full.as_("region").get("/", params={"fragment": "zz"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_the_region_reads_masked_cells_and_the_administrator_does_not(full: Running) -> None:
    few = {"scope": "agency_kind:cio", "cohort": "2022-2023"}
    region, admin = [visible_text(await full.as_(scope).get("/", params=few)) for scope in ("region", "admin")]
    assert "masqué (moins de 5) cumulez les rentrées pour en voir plus" in region
    assert "masqué" not in admin
    assert "Les taux qui portent sur moins de 5 personnes sont masqués" in region


async def test_the_table_of_schools_keeps_who_is_not_heard_of(full: Running) -> None:
    page = (await full.as_("region").get("/")).text
    cells = [
        cell.replace("\u202f", " ").replace("\u00a0", " ")
        for cell in re.findall(r'data-head="Insertion à 6 mois"[^>]*>([^<]+)<', page)
    ]
    assert len(cells) == 5
    assert re.fullmatch(r"\d+ sur \d+, \d+ sans nouvelles", cells[0])


async def test_an_address_that_says_nothing_is_answered_with_a_page(full: Running) -> None:
    cases = [
        ({"scope": "school:nowhere"}, 404, "Ce périmètre n’existe pas, ou pas pour vous."),
        ({"cohort": "2025"}, 422, "Une rentrée s’écrit 2025-2026."),
        ({"as_of": "hier"}, 422, "Cette date n’est pas valable"),
        ({"as_of": "2026-02-11"}, 422, "Le 11/02/2026 n’est pas encore arrivé."),
    ]
    for query, status, sentence in cases:
        answer = await full.as_("region").get("/", params=query)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert sentence in visible_text(answer)


async def test_the_fragment_is_what_the_page_shows_without_its_frame(full: Running) -> None:
    region = full.as_("region")
    page, fragment = (await region.get("/")).text, (await region.get("/", params={"fragment": "1"})).text
    assert re.findall(r'data-live="([^"]+)"', fragment) == re.findall(r'data-live="([^"]+)"', page)
    assert "<header" not in fragment
    assert "<html" not in fragment


async def test_the_day_at_the_foot_and_the_choices_of_the_filters_follow_too(full: Running) -> None:
    fragment = (await full.as_("region").get("/", params={"fragment": "1"})).text
    for part, text in (("when", "Connu le"), ("source", "connus le"), ("filters", 'max="2026-02-10"'), ("filters", "2025-2026")):
        assert re.search(rf'data-live="{part}"(?:(?!data-live).)*?{text}', fragment, re.DOTALL), part


async def test_the_page_says_what_its_script_replaces_whole_and_which_changes_it_leaves_unmarked(full: Running) -> None:
    page = (await full.as_("region").get("/")).text
    assert page.count(" data-whole>") == 1
    assert re.findall(r'data-live="([a-z]+)" data-quiet', page) == ["when", "source"]


async def test_a_page_of_the_past_is_not_live(full: Running) -> None:
    region = full.as_("region")
    assert "live.js" in (await region.get("/")).text
    assert "live.js" not in (await region.get("/", params={"as_of": "2025-06-30"})).text


async def test_a_page_takes_nothing_from_elsewhere_and_its_files_are_kept(full: Running) -> None:
    answer = await full.as_("region").get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text):
        file = await full.signed_out().get(address)
        assert (file.status_code, "immutable" in file.headers["cache-control"]) == (200, True)


async def test_words_keep_their_spaces_and_texts_are_escaped(full: Running) -> None:
    page = (await full.as_("region").get("/")).text
    assert "L’Atelier d’Anne-Marie" in page
    assert not re.search(r"\d %", re.sub(r"<[^>]*>", "", page))
