"""A referral completed and corrected: by its own agency, told anew, with what was said before beside it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.referral.domain import amendments
from services.referral.domain.amendments import check_situation, details_anew, said_anew
from services.referral.domain.file import Counsellor
from services.referral.domain.person import Before, Identity, Said, Sent
from services.referral.domain.referral import Referral, evolve
from shared.events.amendments import Part, ReferralAmended
from shared.events.corrections import CorrectionCode
from shared.events.referral import ReferralCompleted, ReferralDetails, ReferralSubmitted, Situation, Wish
from shared.kernel.errors import Invalid, Refused
from tests.conftest import Running
from tests.referral.builders import (
    A_DAY,
    CIO,
    COLLEGE,
    REFERRAL,
    YOUNG,
    an_identity,
    enrolment_publishes,
    read,
    refer,
    the_referral,
    wishes_answered,
)

LATER = date(2025, 9, 3)
OTHER_WISH = (Wish(school="dole", programme="dole-cap-serrurerie"),)
SENT = Sent(
    referral_id=REFERRAL, agency=CIO, counsellor=Counsellor(name="Mme Perrigaud"), informed_on=A_DAY,
    identity=Identity(family_name="Quintard", given_name="Zélie", birth_date=date(2010, 3, 14)),
)  # fmt: skip
ABOUT: dict[str, Any] = {"referral_id": REFERRAL, "young_id": YOUNG, "agency": CIO}


def amend(referral: Referral, **command: Any) -> Any:
    kept = {name: getattr(referral, name) for name in ReferralDetails.model_fields}
    given: dict[str, Any] = {
        "details": ReferralDetails(**{**kept, **command.pop("new", {})}), "birth_month": referral.birth_month, "file": (),
        "missing": (), "code": CorrectionCode.TYPING, "answered": False, "on": LATER, **command,
    }  # fmt: skip
    return amendments.amend(referral, **given)


def after(referral: Referral, events: Any) -> Referral:
    for event in events:
        referral = evolve(referral, event)
    return referral


def test_an_amendment_tells_all_that_is_said_now_and_what_it_replaces() -> None:
    referral = the_referral()
    told = amend(referral, new={"situation": Situation.IN_TRAINING, "wishes": OTHER_WISH}, file=[Part.IDENTITY])
    assert told == [
        ReferralAmended(
            **ABOUT, birth_month="2010-03", situation=Situation.IN_TRAINING, wishes=OTHER_WISH, complete=True,
            code=CorrectionCode.TYPING, replaces=(Part.IDENTITY, Part.SITUATION, Part.WISHES),
            replaces_wishes=referral.wishes, on=LATER,
        )
    ]  # fmt: skip
    amended = after(referral, told)
    assert (amended.situation, amended.wishes, amended.amended_on) == (Situation.IN_TRAINING, OTHER_WISH, (LATER,))
    assert amend(amended, new={"situation": Situation.IN_TRAINING, "wishes": OTHER_WISH}) == []


def test_what_was_missing_and_comes_with_an_amendment_completes() -> None:
    incomplete = the_referral().model_copy(update={"complete": False})
    amended, completed = amend(incomplete, file=[Part.IDENTITY])
    assert (amended.complete, completed) == (True, ReferralCompleted(**ABOUT, on=LATER))
    again = amend(after(incomplete, [amended, completed]), file=[Part.IDENTITY], missing=["representative"])
    assert [event.complete for event in again] == [False]


def test_wishes_that_were_answered_stay_and_an_identity_may_still_be_corrected() -> None:
    with pytest.raises(Refused, match="referral_closed"):
        amend(the_referral(), new={"wishes": OTHER_WISH}, answered=True)
    assert amend(the_referral(), birth_month="2010-04", answered=True)[0].replaces == (Part.BIRTH_MONTH,)


def test_nothing_changes_after_a_withdrawal_nor_on_a_day_before_the_last_word() -> None:
    withdrawn = the_referral().model_copy(update={"withdrawal_requested_on": A_DAY})
    incomplete = the_referral().model_copy(update={"complete": False})
    for refused in (
        lambda: amend(withdrawn, birth_month="2010-04"),
        lambda: amendments.complete(
            incomplete.model_copy(update={"withdrawal_requested_on": A_DAY}), missing=(), others=True, on=LATER
        ),
    ):
        with pytest.raises(Refused, match="withdrawn_by_you"):
            refused()
    with pytest.raises(Refused, match="before_previous_step"):
        amend(the_referral(), birth_month="2010-04", on=date(2025, 8, 31))
    with pytest.raises(Refused, match="before_previous_step"):
        amendments.complete(incomplete, missing=(), others=True, on=date(2025, 8, 31))


def test_a_completion_is_told_once_and_refused_while_something_is_missing() -> None:
    incomplete = the_referral().model_copy(update={"complete": False})
    with pytest.raises(Refused, match="still_incomplete"):
        amendments.complete(incomplete, missing=["representative"], others=False, on=LATER)
    told = amendments.complete(incomplete, missing=(), others=True, on=LATER)
    assert told == [ReferralCompleted(**ABOUT, on=LATER)]
    completed = after(incomplete, told)
    assert (completed.complete, completed.completed_on) == (True, LATER)
    assert amendments.complete(completed, missing=(), others=False, on=LATER) == []
    with pytest.raises(Refused, match="already_complete"):
        amendments.complete(completed, missing=(), others=True, on=LATER)


def test_what_the_vault_keeps_is_never_written_over() -> None:
    identity = SENT.identity.model_copy(update={"given_name": "Zoé"})
    now = said_anew(SENT, {"identity": identity}, code=CorrectionCode.TYPING, on=LATER)
    before = Before(**{name: getattr(SENT, name) for name in Said.model_fields}, until=LATER, code=CorrectionCode.TYPING)
    assert (now.identity, now.before) == (identity, (before,))
    assert said_anew(now, {"identity": identity}, code=CorrectionCode.OTHER, on=LATER) is now
    assert Sent.model_validate(now.model_dump(mode="json")) == now


def test_who_is_out_of_school_no_longer_is_so_since_no_month() -> None:
    referral = the_referral().model_copy(update={"out_of_school_since": "2025-06"})
    assert details_anew(referral, {"situation": Situation.IN_TRAINING}).out_of_school_since is None
    assert details_anew(referral, {"out_of_school_since": "2025-05"}).out_of_school_since == "2025-05"
    with pytest.raises(Invalid, match="inconsistent"):
        check_situation(details_anew(referral, {"situation": Situation.IN_TRAINING, "out_of_school_since": "2025-05"}))


def test_what_earlier_builds_kept_and_told_is_read() -> None:
    details = {
        "situation": "out_of_school",
        "out_of_school_since": "2025-06-30",
        "department": "39",
        "wishes": [{"sector": "bois", "departments": ["39"]}],
    }
    told = ReferralSubmitted.model_validate({**ABOUT, **details, "birth_month": "2010-03", "on": "2025-09-01"})
    assert (told.out_of_school_since, told.complete) == ("2025-06", True)
    state = Referral.model_validate({**ABOUT, **details, "birth_month": "2010-03", "submitted_on": "2025-09-01"})
    assert (state.out_of_school_since, state.complete) == ("2025-06", True)


async def amended(here: Running, id: str, agency: str = CIO, **body: Any) -> Any:
    return await here.as_(f"agency:{agency}").post(f"/referrals/{id}/amendment", json={"code": "typing", **body})


async def told_by(here: Running, id: str) -> int:
    """How many events a referral has told."""
    row = await here.store.referrals.collection.find_one({"_id": id})
    return int(row["sequence"])


async def test_an_identity_is_corrected_in_the_vault_alone_and_by_its_own_agency(api: Running) -> None:
    shown = await refer(api)
    id, identity = shown["referral_id"], an_identity(given_name="Zoé", birth_date="2010-04-14")
    assert (await amended(api, id, COLLEGE, identity=identity)).status_code == 404
    for _ in range(2):
        answer = await amended(api, id, identity=identity)
        assert (answer.status_code, answer.json()["identity"]["given_name"]) == (200, "Zoé")
    assert (answer.json()["amended_on"], answer.json()["timeline"][-1]["sentence"]) == (["2025-09-01"], "Orientation corrigée.")
    assert await told_by(api, id) == 2
    row = await api.store.referrals.collection.find_one({"_id": id})
    assert row["state"]["birth_month"] == "2010-04"
    assert "Zoé" not in str(row)
    [sent] = (await api.store.vault.sent_with([UUID(shown["young_id"])])).values()
    assert [one.identity.given_name for one in sent.before] == ["Zélie"]
    again = await refer(api, COLLEGE, identity=identity)
    assert again["young_id"] == shown["young_id"]  # known by what is new of it


async def test_an_amended_identity_makes_nobody_another_and_whom_it_looks_like_is_listed(api: Running) -> None:
    one, other = await refer(api), await refer(api, COLLEGE, identity=an_identity(given_name="Jeanne", ine=None))
    assert one["young_id"] != other["young_id"]
    assert (await amended(api, other["referral_id"], COLLEGE, identity=an_identity())).json()["young_id"] == other["young_id"]
    assert (await read(api, one["referral_id"]))["identity"] == one["identity"]
    [match] = (await api.as_("admin").get("/matches")).json()["items"]
    assert match["young_ids"] == sorted([one["young_id"], other["young_id"]])
    assert (await refer(api, identity=an_identity(phone=None)))["young_id"] == one["young_id"]


async def test_whose_identity_was_typed_by_mistake_is_not_linked_to_who_bore_it(api: Running) -> None:
    theirs = an_identity(given_name="Jeanne", ine=None)
    one = await refer(api, identity=an_identity(given_name="Jane", ine=None))
    for code, identity in (("typing", theirs), ("wrong_person", an_identity(phone=None, email=None))):
        assert (await amended(api, one["referral_id"], identity=identity, code=code)).status_code == 200
    other = await refer(api, COLLEGE, identity=theirs)
    assert other["young_id"] != one["young_id"]
    assert (await api.as_("admin").get("/matches")).json()["items"] == []
    assert (await refer(api, COLLEGE, identity=theirs))["young_id"] == other["young_id"]
    assert (await refer(api, COLLEGE, identity=an_identity(phone=None, email=None)))["young_id"] == one["young_id"]


async def test_a_file_to_complete_is_completed_by_its_agency(api: Running) -> None:
    id = (await refer(api, identity=an_identity(representatives=[])))["referral_id"]
    cio, url = api.as_(f"agency:{CIO}"), f"/referrals/{id}/completion"
    assert (await cio.post(url, json={})).json()["code"] == "still_incomplete"
    body = {"representatives": [{"kind": "institution", "name": "ASE du Jura"}], "informed_on": "2025-09-01"}
    for _ in range(2):
        answer = await cio.post(url, json=body)
        assert (answer.status_code, answer.json()["to_complete"]) == (200, [])
    assert answer.json()["completed_on"] == "2025-09-01"
    assert await told_by(api, id) == 2
    others = {"representatives": [{"kind": "institution", "name": "ASE du Doubs"}]}
    assert (await cio.post(url, json=others)).json()["code"] == "already_complete"


async def test_wishes_are_amended_until_they_have_their_answer(api: Running) -> None:
    shown = await refer(api)
    id, wishes = shown["referral_id"], [{"sector": "bois", "departments": ["39"]}]
    assert (await amended(api, id, wishes=[{"school": "dole", "programme": "none"}])).json()["code"] == "unknown_wish"
    assert (await amended(api, id, wishes=wishes)).json()["wishes"][0]["sector"] == "bois"
    await enrolment_publishes(api, wishes_answered(young_id=UUID(shown["young_id"]), referral_id=UUID(id)))
    answer = await amended(api, id, wishes=[{"school": "dole", "programme": "dole-cap-serrurerie"}])
    assert (answer.status_code, answer.json()["code"]) == (409, "referral_closed")


async def test_what_cannot_be_an_amendment_is_refused_in_french(api: Running) -> None:
    id = (await refer(api))["referral_id"]
    for body, code, field in (
        ({}, "inconsistent", ""),
        ({"situation": "in_training", "out_of_school_since": "2025-05"}, "inconsistent", "out_of_school_since"),
        ({"out_of_school_since": "2025-05-01"}, "invalid", "out_of_school_since"),
        ({"code": "mood", "last_class": "cap_1"}, "invalid", "code"),
        (
            {"identity": an_identity(representatives=[{"kind": "person", "name": "Odile"}])},
            "inconsistent",
            "identity.representatives.0",
        ),
    ):
        answer = await amended(api, id, **body)
        assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]) == (422, code, field)
