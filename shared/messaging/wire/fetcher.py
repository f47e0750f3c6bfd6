"""What is asked of brokers, and made of their answers: nothing is skipped in silence, no topic waits for one that is refused."""

import asyncio
import math
import time
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import structlog
from aiokafka.consumer import fetcher as aiokafka
from aiokafka.errors import KafkaError, NoError, NoOffsetForPartitionError, OffsetOutOfRangeError, for_code
from aiokafka.structs import TopicPartition

from shared.messaging.wire.partition import Deleted, PartitionRecords

log = structlog.get_logger()
EARLIEST = aiokafka.OffsetResetStrategy.EARLIEST
REST = 1.0
"""Seconds after which a partition that a broker refused is asked for again."""
PATIENCE = 5.0
"""Seconds after which it is said that a partition's leader is not found: an election takes less."""
FETCHES = 3
"""Of a batch whose checksum is wrong, before it is set aside."""


class Fetcher(aiokafka.Fetcher):
    """aiokafka's, with answers of its own.

    Where records are no longer there that were to be read next, one record says how many (aiokafka would go on from the
    first that is there). A group that kept no offset begins at 0 of the topics in `whole`, which keep their full history.
    """

    def __init__(self, *args: Any, whole: Container[str], **options: Any) -> None:
        super().__init__(*args, **options, auto_offset_reset="none")
        self._whole = whole
        self._deleted_from: dict[TopicPartition, tuple[Any, int]] = {}
        """By partition, for which assignment, and where it was to be read next."""
        self._resting: dict[TopicPartition, float] = {}
        self._refusals: dict[tuple[TopicPartition, str], float] = {}
        """By partition and kind, since when; infinity once it was said."""
        self._spoilt: Counter[tuple[TopicPartition, int]] = Counter()

    def _get_actions_per_node(self, assignment: Any) -> Any:
        """Those that a broker refused rest: otherwise what is asked of it for the others would wait for them."""
        now = time.monotonic()
        self._resting = {tp: until for tp, until in self._resting.items() if until > now}
        asked = SimpleNamespace(tps=assignment.tps - self._resting.keys(), state_value=assignment.state_value)
        return super()._get_actions_per_node(asked)

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        try:
            response = await self._client.send(node_id, request)
        except KafkaError as error:
            aiokafka.log.error("Failed fetch messages from %s: %s", node_id, type(error).__name__)
            await asyncio.sleep(self._retry_backoff)
            return False
        except asyncio.CancelledError:  # its partitions are no longer ours, or the end: who cancels it waits for it plainly
            return False
        if not assignment.active:
            return False
        asked = {TopicPartition(topic, number): offset for topic, of in request.topics for number, offset, _ in of}
        woken = False
        for topic, of in response.topics:
            for number, code, *answer in of:
                tp, aborted = TopicPartition(topic, number), _aborted(response.API_VERSION, answer)
                woken = self._answered(assignment, asked[tp], tp, code, answer, aborted) or woken
        return woken

    def _answered(self, assignment: Any, offset: int, tp: TopicPartition, code: int, answer: Sequence[Any], aborted: Any) -> bool:
        """Whether this answer about a partition gives something to hear."""
        state = assignment.state_value(tp)
        if not state.has_valid_position or state.position != offset:
            return False  # it was sought elsewhere meanwhile
        error = for_code(code)
        if error is OffsetOutOfRangeError:
            self._begin_at(assignment, tp, offset)
        elif error is not NoError:
            self._refused(tp, error)
        else:
            if self._refusals:
                self._refusals = {key: since for key, since in self._refusals.items() if key[0] != tp}
            state.highwater, state.lso, state.timestamp = answer[0], answer[1], int(1000 * time.time())
            return self._keep(assignment, tp, offset, answer[-1], aborted)
        return False

    def _keep(self, assignment: Any, tp: TopicPartition, offset: int, data: bytes, aborted: Any) -> bool:
        if not data:
            return False
        records = PartitionRecords(
            tp, data, aborted, offset, self._key_deserializer, self._value_deserializer, True, self._isolation_level,
            may_heal=lambda base: self._may_heal(tp, base),
        )  # fmt: skip
        self._put(assignment, tp, records)
        return True

    def _put(self, assignment: Any, tp: TopicPartition, records: Any) -> None:
        self._records[tp] = aiokafka.FetchResult(
            tp, assignment=assignment, partition_records=records, backoff=self._prefetch_backoff
        )

    def _may_heal(self, tp: TopicPartition, base: int) -> bool:
        self._spoilt[tp, base] += 1
        if self._spoilt[tp, base] < FETCHES:
            return True
        del self._spoilt[tp, base]
        return False

    def _refused(self, tp: TopicPartition, error: type[KafkaError]) -> None:
        """Ask again after a rest, with what is known of the cluster by then. Say it once: at once what waiting does not heal."""
        self._rest([tp], self._retry_backoff if error.retriable else REST)
        self._client.force_metadata_update()
        now = time.monotonic()
        refusal = self._refusals.setdefault((tp, error.__name__), now)
        if refusal <= now - (PATIENCE if error.retriable else 0):
            self._refusals[tp, error.__name__] = math.inf
            log.error("reader.refused", topic=tp.topic, partition=tp.partition, error=error.__name__)

    def _rest(self, tps: Iterable[TopicPartition], seconds: float) -> None:
        self._resting.update(dict.fromkeys(tps, time.monotonic() + seconds))

    def _begin_at(self, assignment: Any, tp: TopicPartition, offset: int) -> None:
        """What is at this offset is not there: find where the log begins now."""
        self._deleted_from[tp] = assignment, offset
        assignment.state_value(tp).await_reset(EARLIEST)

    def _set_error(self, tp: TopicPartition, error: Exception) -> None:
        """A group that kept no offset. aiokafka makes no other error here: the rest of them is `_answered`'s."""
        assert isinstance(error, NoOffsetForPartitionError)
        assignment = self._subscriptions.subscription.assignment
        if assignment.state_value(tp) is None:
            return  # no longer ours
        if tp.topic in self._whole:
            self._begin_at(assignment, tp, 0)
        else:
            assignment.state_value(tp).await_reset(EARLIEST)

    async def _update_fetch_positions(self, assignment: Any, node_id: int, tps: Iterable[TopicPartition]) -> bool:
        """Topic by topic: one that is refused holds up no other."""
        by_topic: dict[str, list[TopicPartition]] = defaultdict(list)
        for tp in tps:
            by_topic[tp.topic].append(tp)
        woken = False
        for of_topic in by_topic.values():
            await super()._update_fetch_positions(assignment, node_id, of_topic)
            states = {tp: assignment.state_value(tp) for tp in of_topic}
            self._rest((tp for tp, state in states.items() if not state.has_valid_position), REST)  # aiokafka has said why
            found = [self._found(assignment, tp, state) for tp, state in states.items() if state.has_valid_position]
            woken = any(found) or woken
        return woken

    def _found(self, assignment: Any, tp: TopicPartition, state: Any) -> bool:
        """Whether the log, whose beginning was asked for, has lost what was to be read next."""
        for_whom, offset = self._deleted_from.pop(tp, (None, 0))
        if for_whom is not assignment or state.position == offset:
            return False
        beginning = state.position
        if beginning < offset:  # another log of the same name, or one that was cut short: all of it is heard again
            log.error("reader.log_went_back", topic=tp.topic, partition=tp.partition, before=offset, now=beginning)
            return False
        state.seek(offset)
        self._put(assignment, tp, Deleted(tp, offset, beginning))
        return True


def _aborted(version: int, answer: Sequence[Any]) -> Any:
    """The aborted transactions in an answer about a partition; where they stand has changed with the versions."""
    return answer[3] if version >= 11 else answer[-2] if version >= 4 else None
