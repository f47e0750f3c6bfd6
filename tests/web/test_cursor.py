"""Lists are answered in parts: a cursor opens for the list that gave it, and says nothing to who reads an address."""

from base64 import urlsafe_b64decode

import pytest

from tests.conftest import Running, Start
from tests.web.builders import toy

NAMES = ("Amiel", "Brun", "Cros", "Dumas", "Ézine")


async def listed(here: Running, scope: str = "school:dole:head", **query: str | int) -> dict[str, object]:
    answer = await here.as_(scope).get("/names", params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, object] = answer.json()
    return page


async def test_a_list_is_answered_in_parts_until_its_end(running: Start) -> None:
    async with running(toy) as here:
        first = await listed(here, limit=2)
        second = await listed(here, limit=2, cursor=str(first["next"]))
        third = await listed(here, limit=2, cursor=str(second["next"]))
    assert [*first["items"], *second["items"], *third["items"]] == list(NAMES)  # type: ignore[misc]
    assert third["next"] is None


async def test_a_cursor_says_nothing_of_where_it_stands(running: Start) -> None:
    async with running(toy) as here:
        one, other = [str((await listed(here, limit=2))["next"]) for _ in range(2)]
    assert one != other
    assert b"Brun" not in urlsafe_b64decode(one)


@pytest.mark.parametrize(
    ("scope", "path", "query"),
    [
        pytest.param("school:chalon:head", "/names", {}, id="another organisation's"),
        pytest.param("school:dole:head", "/other-names", {}, id="another list's"),
        pytest.param("school:dole:head", "/names", {"first": "B"}, id="of other filters"),
    ],
)
async def test_a_cursor_of_another_list_is_refused(running: Start, scope: str, path: str, query: dict[str, str]) -> None:
    async with running(toy) as here:
        cursor = (await listed(here, limit=2))["next"]
        answer = await here.as_(scope).get(path, params={**query, "cursor": str(cursor)})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_cursor")


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "A" * 40, "A" * 3_999, "WyJCcnVuIl0="])
async def test_a_cursor_that_is_none_is_refused(running: Start, cursor: str) -> None:
    async with running(toy) as here:
        answer = await here.as_("school:dole:head").get("/names", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_cursor")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1.0", "many", "", "9" * 30])
async def test_a_limit_is_a_number_of_items(running: Start, limit: str) -> None:
    async with running(toy) as here:
        answer = await here.as_("school:dole:head").get("/names", params={"limit": limit})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
