"""What no topic holds of what was told after a backup: which documents, which of their fields, when. Of nobody's identity."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.events import Event
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import ApplicationUnderReview, ImmersionPlanned, InterviewPlanned
from shared.events.contacts import ApplicationContacted
from shared.events.production import OrderReceived
from shared.events.referral import ReferralCompleted, ReferralSubmitted
from shared.persistence.folding import Told

KEPT_IN_THE_VAULT = ("identité", "coordonnées", "représentants", "information", "conseiller", "dernière classe", "référence")
IN_THE_VAULT = frozenset({Part.IDENTITY, Part.COUNSELLOR, Part.LAST_CLASS, Part.INFORMED_ON, Part.INFORMATION, Part.REPORTED_ON})
NOWHERE: Sequence[str] = (
    "qui a agi (history.by) et les clés de requêtes (fingerprint, request_keys) de tout ce qui suit cet instant",
    "l’audit des lectures, et qui a lu un message mis de côté",
    "les clients créés ou modifiés (clients), sauf leur identifiant dans leurs commandes",
    "les paires dites distinctes (distinct_persons), et les messages écartés avec leur raison (discarded)",
    "ce que les services avaient accepté et pas encore publié quand leurs bases ont disparu",
)
"""What not even a document's id tells of."""


def untold(source: str, told: Told, event: Event) -> list[Mapping[str, Any]]:
    """What was said with an event and is in no topic, a line a collection."""
    return [
        {"source": source, "collection": collection, "fields": list(fields), "at": told.message.time.isoformat()}
        for collection, fields in _fields(event)
    ]


def _fields(event: Event) -> list[tuple[str, Sequence[str]]]:
    match event:
        case ReferralSubmitted():
            return [("referral.persons", KEPT_IN_THE_VAULT)]
        case ReferralAmended() if parts := [part.value for part in event.replaces if part in IN_THE_VAULT]:
            return [("referral.persons", parts)]
        case ReferralCompleted():
            return [("referral.persons", ("représentants", "information"))]
        case OrderReceived():
            return [("production.titles", ("titre",)), ("production.clients", (f"client {event.client_id}, s’il est nouveau",))]
        case ApplicationUnderReview() if event.overridden:
            return [("enrolment.motives", ("motif de la dispense",))]
        case InterviewPlanned() | ImmersionPlanned():
            return [("enrolment.words", ("lieu", "personne qui reçoit"))]
        case ApplicationContacted():
            return [("enrolment.words", ("note d’un essai de contact",))]
        case _:
            return []
