"""What one failure did to who was writing meanwhile: tries that failed, how long nobody was answered, when rows followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Lines = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Window:
    """One failure: from when to when it is looked at, in seconds since the epoch."""

    what: str
    how: str
    since: float
    until: float

    def row(self, lines: Lines) -> dict[str, Any]:
        """Its line of the table: seconds until writes were answered again, and until what was written was shown."""
        inside = [one for one in lines if self.since <= one["at"] <= self.until]
        failed = [one for one in inside if one["kind"] == "failed"]
        answered = [one for one in inside if one["kind"] == "answered"]
        return {
            "what": self.what, "how": self.how, "answered": len(answered), "failed_tries": len(failed),
            "writes_s": _recovered(self.since, failed, answered), "longest_request_s": _longest(answered),
            "rows_s": _slowest_to_follow(lines, self.since, self.until),
            "figures_s": _figures_behind(lines, self.since, self.until),
        }  # fmt: skip


def _recovered(since: float, failed: Lines, answered: Lines) -> float:
    """Seconds until each kind of request that failed was answered again; 0 where none failed."""
    worst = 0.0
    for request in {one["request"] for one in failed}:
        last = max(one["at"] for one in failed if one["request"] == request)
        again = [one["at"] for one in answered if one["request"] == request and one["at"] > last]
        worst = max(worst, (min(again) if again else last) - since)
    return round(worst, 1)


def _longest(answered: Lines) -> float:
    return round(max((one["at"] - one["began"] for one in answered), default=0.0), 1)


def _slowest_to_follow(lines: Lines, since: float, until: float) -> float:
    """The longest time from a referral's being acknowledged to its application's being there, through Kafka."""
    kept = {one["id"]: one["at"] for one in lines if one["kind"] == "kept" and one["what"] == "referral"}
    followed = [one for one in lines if one["kind"] == "followed" and one["at"] >= since]
    took = [one["at"] - kept[one["id"]] for one in followed if one["id"] in kept and kept[one["id"]] <= until]
    return round(max(took, default=0.0), 1)


def _figures_behind(lines: Lines, since: float, until: float) -> float:
    """The longest time from an order's being acknowledged to its being counted by the Région's figures."""
    kept = [one["at"] for one in lines if one["kind"] == "kept" and one["what"] == "order"]
    shown = [(one["at"], one["orders"]) for one in lines if one["kind"] == "rows"]
    worst = 0.0
    for rank, at in enumerate(sorted(kept), start=1):
        if since <= at <= until:
            counted = next((seen for seen, orders in shown if seen >= at and orders >= rank), None)
            worst = max(worst, (counted or at) - at)
    return round(worst, 1)
