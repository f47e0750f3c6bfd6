"""A sweep asked of a running stack; on a simulated one, the clocks of its services are advanced first."""

from collections.abc import Mapping
from datetime import date, datetime, time

from deploy.local.operations import Json, request
from shared.kernel.calendar import PARIS


def sweep_by(urls: Mapping[str, str], token: str, on: date | None) -> Json:
    """Have enrolment do what is due before a day; what it did."""
    if on is not None:
        _advance(urls, token, on)
    done: Json = request("enrolment", "POST", f"{urls['enrolment']}/sweep", token, {"on": on.isoformat()} if on else {})
    return done


def _advance(urls: Mapping[str, str], token: str, on: date) -> None:
    """The others to eight in the morning of a day to come, where clocks are simulated; a real one has that day refused."""
    clock = request("enrolment", "GET", f"{urls['enrolment']}/admin/clock", token)
    if clock["simulated"] and on > date.fromisoformat(clock["today"]):
        now = datetime.combine(on, time(8), PARIS).isoformat()
        for service in urls.keys() - {"enrolment"}:  # which goes there itself, and says what that brought
            request(service, "POST", f"{urls[service]}/admin/clock", token, {"now": now})
