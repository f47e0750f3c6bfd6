"""Over a log that survived, each service hears again all that its database does not know; agencies' topics are in no backup."""

from aiokafka import TopicPartition

from deploy.backup.groups import from_barrier, of_topics
from deploy.backup.log import OURS, Ends

STARTS = {TopicPartition("etabli.referral", number): start for number, start in enumerate((0, 0, 5))}


def test_a_partition_that_was_first_heard_after_the_backup_is_heard_again_from_its_beginning() -> None:
    then = {"enrolment": {"etabli.referral/0": 7}}
    now = {"enrolment": {"etabli.referral/0": 9, "etabli.referral/1": 4, "etabli.referral/2": 8}}
    again = {"etabli.referral/0": 7, "etabli.referral/1": 0, "etabli.referral/2": 5}
    assert from_barrier(then, now, Ends(STARTS, {})) == {"enrolment": again}


def test_a_service_that_had_heard_nothing_then_hears_all_and_others_groups_stay_where_they_are() -> None:
    now = {"production": {"etabli.referral/1": 4}, "a-partner": {"etabli.referral/1": 4}}
    again = from_barrier({"a-partner": {"etabli.referral/1": 2}}, now, Ends(STARTS, {}))
    assert again == {"production": {"etabli.referral/1": 0}}


def test_what_agencies_say_is_in_no_backup_and_its_place_is_put_back_over_the_log_that_has_it_alone() -> None:
    names = ["etabli.inbound.cio-dole", "etabli.outbound.cio-dole", "etabli.referral", "dlq.etabli.referral"]
    assert [name for name in names if OURS.fullmatch(name)] == names[1:]
    places = {"referral-inbound": {"etabli.inbound.cio-dole/0": 7}, "referral": {"etabli.referral/3": 2}}
    assert of_topics(places, names[1:]) == {"referral": {"etabli.referral/3": 2}}
    assert from_barrier(places, {}, Ends({}, {})) == places
