"""A file of referrals over HTTP: taken in row by row behind the request, its refused rows fetched, mended, sent again."""

from typing import Any

from tests.conftest import Running
from tests.referral.files import a_csv, a_line, imported, outcomes, rejected

COUNTS = ("rows", "done", "accepted", "same", "refused", "percent")


def counts(state: dict[str, Any]) -> tuple[int, ...]:
    return tuple(state[name] for name in COUNTS)


async def test_the_good_rows_pass_and_the_others_come_back_as_they_were_with_why(api: Running) -> None:
    bad = a_line("b", **{"Né(e) le": "14/13/2010", "Tél": "=HYPERLINK(0)", "NOM": "+Durand"})
    state = await imported(api, a_csv(a_line("a"), bad, [""] * 11, a_line("c"), encoding="cp1252"))
    assert (state["status"], counts(state), state["empty_rows"]) == ("done", (3, 3, 2, 0, 1, 100), 1)
    assert [(one["row"], one["outcome"]) for one in await outcomes(api, state)] == [
        (2, "accepted"),
        (3, "refused"),
        (5, "accepted"),
    ]
    text = (await rejected(api, state)).decode("cp1252")
    print(text)
    mended = text.replace("14/13/2010", "14/12/2010").replace("'=HYPERLINK(0)", "")
    again = await imported(api, mended.encode("cp1252"))
    assert counts(again) == (1, 1, 1, 0, 0, 100), await outcomes(api, again)
