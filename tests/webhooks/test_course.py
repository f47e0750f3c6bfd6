"""A webhook's course: in order per person, several side by side, nothing passed over, three days of waits that grow."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.webhooks.course import Course, Hold, Place
from shared.webhooks.sending import Outcome, Result
from shared.webhooks.thin import resync_of
from shared.webhooks.waits import GIVE_UP_AFTER, Waits
from tests.webhooks.builders import MONDAY, NO, OK, ByHand, an_item


def test_messages_about_one_person_go_one_after_the_other_and_others_beside_them() -> None:
    hand = ByHand()
    hand.read(an_item(0), an_item(1), an_item(2, "ali"))
    assert hand.begun() == ["id-0", "id-2"]
    assert hand.begun() == []
    hand.answer("id-0")
    assert hand.begun() == ["id-1"]


def test_no_more_are_sent_side_by_side_than_is_said() -> None:
    hand = ByHand(at_once=2)
    hand.read(*(an_item(number, f"person {number}") for number in range(5)))
    assert hand.begun() == ["id-0", "id-1"]
    hand.answer("id-1")
    assert hand.begun() == ["id-2"]


def test_what_is_acknowledged_out_of_order_is_kept_apart_from_what_is_left() -> None:
    hand = ByHand()
    hand.read(an_item(0), an_item(1, "ali"), an_item(2))
    hand.begun()
    hand.answer("id-1")
    place = hand.course.place
    assert (place.upto, place.left, place.after) == (2, (0, 2), -1)
    hand.answer("id-0")
    assert hand.course.place.after == 1


def test_who_goes_on_sends_what_is_left_and_nothing_that_was_acknowledged() -> None:
    hand = ByHand(Place(4, left=(1, 3)))
    hand.read(an_item(1), an_item(2, "ali"), an_item(3, "lou"), an_item(4, "mia"), an_item(5, "noé"))
    assert hand.begun() == ["id-1", "id-3", "id-5"]


def test_what_was_left_and_never_comes_again_holds_nothing_back() -> None:
    hand = ByHand(Place(4, left=(1, 3)))
    hand.read(an_item(3))
    hand.read(an_item(6, "ali"))
    assert hand.course.place.left == (3, 6)


def test_what_fails_holds_back_its_person_and_nobody_else() -> None:
    hand = ByHand()
    hand.read(an_item(0), an_item(1), an_item(2, "ali"))
    hand.begun()
    hand.answer("id-0", NO)
    hand.answer("id-2")
    assert hand.begun() == []
    hand.read(an_item(3, "lou"))
    assert hand.begun() == ["id-3"]
    hand.answer("id-3")
    hand.until_due()
    assert hand.begun() == ["id-0"]


def test_waits_grow_for_three_days_and_then_it_is_over() -> None:
    hand, waits = ByHand(), []
    hand.read(an_item(0))
    while True:
        assert hand.begun() == ["id-0"]
        if hand.answer("id-0", NO):
            break
        waits.append(hand.until_due())
    assert hand.now - MONDAY == GIVE_UP_AFTER
    assert timedelta(seconds=5) <= waits[0] <= timedelta(seconds=6)
    assert timedelta(hours=6) <= max(waits) <= timedelta(hours=7.2)
    assert waits[:9] == sorted(waits[:9])
    assert 15 <= len(waits) <= 25


def test_a_receiver_that_is_down_is_asked_by_one_message_at_a_time_and_caught_up_with_once_it_is_back() -> None:
    hand, asked = ByHand(), 0
    hand.read(*(an_item(number, f"person {number}") for number in range(100)))
    while hand.now - MONDAY < timedelta(days=1):
        for id in hand.begun():
            asked += 1
            hand.answer(id, NO)
        if hand.sending or hand.course.next_look(hand.now):
            hand.until_due()
    assert asked < 40
    caught_up = hand.now
    while begun := hand.begun():
        for id in begun:
            hand.answer(id)
    assert hand.now == caught_up
    assert hand.course.place.left == ()


def test_once_a_receiver_is_back_what_failed_meanwhile_waits_no_longer() -> None:
    later = MONDAY + timedelta(hours=6)
    holds = {"ali": Hold(MONDAY, 9, later, "timed_out"), "zoe": Hold(MONDAY, 9, MONDAY, "timed_out")}
    hand = ByHand(Place(1, left=(0, 1), holds=holds, suspects=frozenset(holds), rounds=9))
    hand.read(an_item(0), an_item(1, "ali"))
    assert hand.begun() == ["id-0"]
    hand.answer("id-0")
    assert hand.begun() == ["id-1"]


def test_one_message_that_is_never_taken_does_not_slow_a_quiet_webhook_down() -> None:
    hand = ByHand()
    hand.read(an_item(0))
    while hand.now - MONDAY < timedelta(hours=20):
        hand.begun()
        hand.answer("id-0", NO)
        hand.until_due()
    hand.begun()
    hand.answer("id-0", NO)
    hand.read(an_item(1, "ali"))
    assert hand.begun() == ["id-1"]


def test_a_failure_of_those_on_their_way_together_counts_once() -> None:
    hand = ByHand()
    hand.read(*(an_item(number, f"person {number}") for number in range(8)))
    for id in hand.begun():
        hand.answer(id, NO)
    wait = hand.course.next_look(hand.now)
    assert wait is not None
    assert wait <= timedelta(seconds=6)


def test_who_is_asked_to_wait_waits_with_all_it_has() -> None:
    hand = ByHand()
    hand.read(an_item(0), an_item(1, "ali"))
    hand.begun()
    hand.answer("id-0", Outcome(Result.THROTTLED, 429, retry_after=600))
    hand.answer("id-1")
    hand.read(an_item(2, "lou"))
    assert hand.begun() == ["id-2"], "it took something since"
    hand.answer("id-2", Outcome(Result.THROTTLED, 429, retry_after=600))
    hand.read(an_item(3, "mia"))
    assert hand.begun() == []
    hand.later(seconds=599)
    assert hand.begun() == []
    hand.later(seconds=1)
    assert hand.begun() == ["id-0"]


def test_a_wait_that_was_asked_for_does_not_put_the_end_off() -> None:
    hand = ByHand()
    hand.read(an_item(0))
    hand.begun()
    while not hand.answer("id-0", Outcome(Result.ANSWERED_NO, 503, retry_after=24 * 3600)):
        hand.until_due()
        assert hand.begun() == ["id-0"]
    assert hand.now - MONDAY == GIVE_UP_AFTER


def test_how_long_something_has_failed_is_known_again_by_who_goes_on() -> None:
    hand = ByHand()
    hand.read(an_item(0))
    while hand.now - MONDAY < timedelta(hours=71):
        hand.begun()
        hand.answer("id-0", NO)
        hand.until_due()
    other = ByHand(hand.course.place)
    other.now = hand.now
    other.read(an_item(0))
    assert other.begun() == ["id-0"] or other.until_due()
    other.now = MONDAY + GIVE_UP_AFTER
    other.begun()
    assert other.answer("id-0", NO)


def test_no_more_is_read_than_there_is_room_for() -> None:
    hand = ByHand(room=2)
    hand.read(an_item(0))
    assert hand.course.has_room
    hand.read(an_item(1))
    assert not hand.course.has_room
    hand.begun()
    hand.answer("id-0")
    assert hand.course.has_room


def test_the_word_that_some_is_lost_takes_the_place_of_what_waits_and_goes_before_what_follows() -> None:
    hand = ByHand()
    hand.read(an_item(0), an_item(1))
    hand.begun()
    word = resync_of("webhook", 9, MONDAY)
    hand.course.lose(word)
    hand.read(an_item(10, "ali"))
    assert not hand.answer("id-0", NO)
    assert hand.begun() == [word.id]
    hand.answer(word.id)
    assert hand.begun() == ["id-10"]
    assert hand.course.place.left == (10,)


def test_an_answer_to_what_was_lost_meanwhile_changes_nothing() -> None:
    hand = ByHand()
    hand.read(an_item(0))
    hand.begun()
    hand.course.lose(resync_of("webhook", 9, MONDAY))
    hand.answer("id-0")
    assert hand.course.place.left == (9,)


@given(st.integers(), st.lists(st.sampled_from("abcd"), min_size=1, max_size=40))
def test_whatever_fails_and_whoever_is_killed_each_is_acknowledged_in_order_per_person(seed: int, keys: list[str]) -> None:
    chance, topic = random.Random(seed), [an_item(number, key) for number, key in enumerate(keys)]
    place, now, acknowledged = Place(-1), MONDAY, list[int]()
    for _ in range(400):
        course = Course(place, Waits(), at_once=3, room=5)
        unread = iter([item for item in topic if item.position > place.after])
        while chance.random() > 0.1:
            while course.has_room and (item := next(unread, None)):
                course.take(item)
            for item in course.due(now):
                if chance.random() < 0.4:
                    course.failed(item, NO, now)
                elif chance.random() < 0.9:
                    acknowledged.append(item.position)
                    course.delivered(item, now)
                    if chance.random() < 0.9:
                        place = course.place  # else killed before it is kept
            now += course.next_look(now) or timedelta(0)
        if place.after == topic[-1].position:
            break
    assert set(acknowledged) == set(range(len(keys)))
    for key in set(keys):
        firsts = list(dict.fromkeys(position for position in acknowledged if keys[position] == key))
        assert firsts == sorted(firsts)
    assert OK.status == 200
