"""The young people of the simulation: the same for the same seed, each recognisable, and of every situation."""

from datetime import timedelta
from random import Random

from deploy.simulation.dates import CAMPAIGNS, wave_day
from deploy.simulation.orders import planned_orders
from deploy.simulation.people import PlannedReferral, again, campaigns
from deploy.simulation.profiles import ANSWERS, draw
from deploy.simulation.region import load
from shared.events.referral import Situation
from shared.events.students import InterruptionCode, OutcomeProof, OutcomeSituation, OutcomeSource
from shared.kernel.calendar import months_after

REGION = load()


def everyone(pupils: int = 400, seed: int = 1) -> list[PlannedReferral]:
    return [one for planned in campaigns(REGION, pupils=pupils, seed=seed).values() for one in planned]


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert campaigns(REGION, pupils=50, seed=7) == campaigns(REGION, pupils=50, seed=7)
    assert campaigns(REGION, pupils=50, seed=7) != campaigns(REGION, pupils=50, seed=8)


def test_the_same_seed_gives_the_same_orders() -> None:
    assert planned_orders(REGION, pupils=50, seed=7) == planned_orders(REGION, pupils=50, seed=7)


def test_every_turn_of_a_life_is_drawn() -> None:
    profiles = [draw(Random(seed), 7) for seed in range(300)]
    assert {reply.answer for one in profiles for reply in one.replies} == set(ANSWERS)
    assert {answer for one in profiles for answer in one.answers} == {"confirm", "decline", "silence"}
    assert {result for one in profiles for result in one.results} == {"obtained", "failed", "absent"}
    assert {one.departure.code for one in profiles if one.departure} == set(InterruptionCode)
    declarations = [one for drawn in profiles for declared in drawn.futures.values() for one in declared]
    assert {one.source for one in declarations} == set(OutcomeSource)
    assert {one.proof for one in declarations} == set(OutcomeProof)
    assert {one.situation for one in declarations} == set(OutcomeSituation)


def test_only_a_job_has_a_contract() -> None:
    profiles = [draw(Random(seed), 7) for seed in range(100)]
    declarations = [one for drawn in profiles for declared in drawn.futures.values() for one in declared]
    assert all((one.contract is None) == (one.situation is not OutcomeSituation.EMPLOYED) for one in declarations)


def test_so_many_people_are_referred_and_some_of_them_by_two_agencies() -> None:
    planned = everyone()
    by_person: dict[int, list[PlannedReferral]] = {}
    for one in planned:
        by_person.setdefault(one.person.number, []).append(one)
    assert len(by_person) == 400
    twice = [both for both in by_person.values() if len(both) == 2]
    assert twice
    for first, second in twice:
        assert first.person == second.person
        assert first.agency != second.agency
        assert first.wave < second.wave
        assert first.on < second.on


def test_every_situation_comes_and_some_are_too_young() -> None:
    planned = everyone()
    assert {one.situation for one in planned} == set(Situation)
    ages = {one.campaign - months_after(one.person.birth_date, 4).year for one in planned}
    assert {13, 14, 15, 16, 17, 18} <= ages


def test_nobody_is_referred_before_thirteen_nor_born_after() -> None:
    assert all(months_after(one.person.birth_date, 12 * 13) <= one.on for one in everyone(1000))


def test_a_minor_has_a_representative() -> None:
    for one in everyone():
        minor = months_after(one.person.birth_date, 12 * 18) > one.on
        assert ("representatives" in one.person.identity(one.on)) == minor


def test_wishes_are_one_to_three_workshops_or_a_sector() -> None:
    kinds = set()
    for one in everyone():
        if "sector" in one.wishes[0]:
            kinds.add("sector")
        else:
            kinds.add(str(len(one.wishes)))
    assert {"sector", "1", "2", "3"} <= kinds


def test_each_referral_was_made_in_its_wave() -> None:
    for one in everyone():
        came = wave_day(one.campaign, one.wave)
        assert came - timedelta(days=15) <= one.on <= came


def test_whoever_tries_another_school_is_the_same_person_with_another_reference() -> None:
    before = everyone(20)[0]
    after = again(REGION, before, seed=1, year=2022)
    assert after.person == before.person
    assert after.external_id != before.external_id
    assert after == again(REGION, before, seed=1, year=2022)


def test_one_young_person_is_enough_to_play() -> None:
    assert sum(map(len, campaigns(REGION, pupils=1, seed=1).values())) == 1
    assert set(campaigns(REGION, pupils=1, seed=1)) == set(CAMPAIGNS)
