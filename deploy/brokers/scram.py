"""Two requests of Kafka's protocol that aiokafka does not know: its SCRAM users, listed and kept (KIP-554)."""

from collections.abc import Sequence
from typing import Any

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactBytes, CompactString, Int8, Int16, Int32, Schema, TaggedFields

TEXT, TAGS = CompactString("utf-8"), ("tags", TaggedFields)


class DescribeUsersResponse(Response):
    API_KEY = 50
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("error_message", TEXT),
        (
            "results",
            CompactArray(
                ("user", TEXT),
                ("error_code", Int16),
                ("error_message", TEXT),
                ("credentials", CompactArray(("mechanism", Int8), ("iterations", Int32), TAGS)),
                TAGS,
            ),
        ),
        TAGS,
    )


class DescribeUsersStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 50
    API_VERSION = 0
    RESPONSE_TYPE = DescribeUsersResponse
    SCHEMA = Schema(("users", CompactArray(("name", TEXT), TAGS)), TAGS)


class DescribeUsers(Request[DescribeUsersStruct]):
    """These users, or every one that has a password of a SCRAM mechanism."""

    API_KEY = 50

    def __init__(self, users: Sequence[str] | None = None) -> None:
        self._users = users

    def build(self, request_struct_class: type[DescribeUsersStruct]) -> DescribeUsersStruct:
        named: Any = None if self._users is None else [(user, {}) for user in self._users]
        return request_struct_class(named, {})


class KeepUsersResponse(Response):
    API_KEY = 51
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("results", CompactArray(("user", TEXT), ("error_code", Int16), ("error_message", TEXT), TAGS)),
        TAGS,
    )


class KeepUsersStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 51
    API_VERSION = 0
    RESPONSE_TYPE = KeepUsersResponse
    SCHEMA = Schema(
        ("deletions", CompactArray(("name", TEXT), ("mechanism", Int8), TAGS)),
        (
            "upsertions",
            CompactArray(
                ("name", TEXT), ("mechanism", Int8), ("iterations", Int32), ("salt", CompactBytes), ("salted", CompactBytes), TAGS
            ),
        ),
        TAGS,
    )


class KeepUsers(Request[KeepUsersStruct]):
    """These users have these salted passwords: (name, mechanism, iterations, salt, salted password).

    Those of `gone` (name, mechanism) have none any more.
    """

    API_KEY = 51

    def __init__(self, users: Sequence[tuple[str, int, int, bytes, bytes]], gone: Sequence[tuple[str, int]] = ()) -> None:
        self._users: list[Any] = [(*user, {}) for user in users]
        self._gone: list[Any] = [(*user, {}) for user in gone]

    def build(self, request_struct_class: type[KeepUsersStruct]) -> KeepUsersStruct:
        return request_struct_class(self._gone, self._users, {})
