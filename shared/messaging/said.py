"""What a message that could not be handled says, as it is kept: sealed, for it may name a person whatever it is."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag

from shared.events.message import ConsumerRecord
from shared.persistence.sealing import seal, unseal_by_any

Headers = list[tuple[str, bytes | None]]
GONE: Mapping[str, str] = {"said": "", "value": "", "headers": ""}
"""The fields to unset once it was kept long enough; an earlier build kept two in clear."""


IN_CLEAR: Mapping[str, str] = {"value": "", "headers": ""}
PARKED_IN_CLEAR: Mapping[str, Any] = {"said": {"$exists": False}, "headers": {"$exists": True}}
"""What an earlier build parked, and has not let go since."""


class Said:
    """Values and headers, under the service's own key: the first seals, each of them opens."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = keys

    def closed(self, id: str, record: ConsumerRecord) -> bytes:
        """Of the record that is parked under this id."""
        return self._closed(id, record.value, record.headers)

    def of_before(self, row: Mapping[str, Any]) -> bytes:
        """Of a row that an earlier build parked in clear."""
        return self._closed(row["_id"], *_in_clear(row))

    def _closed(self, id: str, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> bytes:
        said = {"value": _text(value), "headers": [[name, _text(one)] for name, one in headers]}
        return seal(self._keys[0], json.dumps(said).encode(), about=f"parked {id}")

    def opened(self, row: Mapping[str, Any]) -> tuple[bytes | None, Headers] | None:
        """The value and headers of a parked row: empty where they were not read, or are gone; None where no key opens them."""
        if "said" not in row:
            return _in_clear(row)
        try:
            said = json.loads(unseal_by_any(self._keys, row["said"], about=f"parked {row['_id']}"))
        except InvalidTag:
            return None
        return _bytes(said["value"]), [(name, _bytes(value)) for name, value in said["headers"]]


def _in_clear(row: Mapping[str, Any]) -> tuple[bytes | None, Headers]:
    return row.get("value"), [(name, value) for name, value in row.get("headers", ())]


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
