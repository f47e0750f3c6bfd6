"""What a notice says: that something waits, how often, where to read it. No name, no id, no organisation."""

from collections.abc import Mapping
from typing import Any, Literal

Kind = Literal["notice", "confirmation"]
PREFIX = "fr.etabli.outbound."
WORDS: Mapping[str, str] = {
    "application.opened": "Une candidature vous attend",
    "application.reminded": "Une candidature attend toujours votre réponse",
    "application.expired": "Une candidature a expiré, faute de réponse",
    "application.withdrawn": "Une candidature a été retirée",
    "place.confirmed": "Une réponse à une place proposée vous attend",
    "place.declined": "Une réponse à une place proposée vous attend",
    "place.expired": "Une place proposée n’a pas eu de réponse",
    "referral.changed": "Une réponse vous attend",
    "referral.rejected": "Une orientation n’a pas pu être prise",
    "webhook.disabled": "Un envoi automatique (webhook) est arrêté",
}
"""Of the events of a tenant, those that somebody is told of. What one's own organisation did is no news to it."""
SIMULATED = "[données simulées] "


def noticed(type: str, data: Mapping[str, Any]) -> str | None:
    """The name of an event that somebody is to be told of; None of one that can wait until they look."""
    name = type.removeprefix(PREFIX).rpartition(".")[0]
    if name == "referral.changed" and not _is_answered(data.get("view", {})):
        return None
    if name == "application.reminded" and data.get("waits_for") != "school":
        return None  # it is not the school that tarries
    return name if name in WORDS else None


def subject(kind: Kind, waiting: Mapping[str, int]) -> str:
    """What stands above the message."""
    if kind == "confirmation":
        return "Établi : confirmez votre adresse"
    said = list(_counted(waiting))
    if len(said) > 1:
        return "Établi : des nouvelles vous attendent"
    return f"Établi : {said[0][0].lower()}{said[0][1:]}"


def body(kind: Kind, waiting: Mapping[str, int], *, code: str, link: str | None) -> str:
    """The message. `code` is of a confirmation, `link` where one reads what waits."""
    where = f"Pour lire : {link}\n\n" if link else "Pour lire, connectez-vous à Établi.\n\n"
    if kind == "confirmation":
        return (
            "Bonjour,\n\nQuelqu’un demande que des avis d’Établi arrivent à cette adresse. Si c’est vous, donnez ce code\n"
            f"dans les vingt-quatre heures, là où vous l’avez demandé :\n\n    {code}\n\n"
            "Sinon, ne faites rien : aucun avis ne sera envoyé ici.\n"
        )
    lines = "".join(f"– {said}{f' ({count})' if count > 1 else ''}.\n" for said, count in _counted(waiting).items())
    return (
        f"Bonjour,\n\n{lines}\n{where}Ce message ne dit rien de personne : ce qu’il annonce se lit une fois connecté.\n"
        "Vous changez ou arrêtez ces avis là où vous les avez demandés.\n"
    )


def _counted(waiting: Mapping[str, int]) -> Mapping[str, int]:
    """How often each thing is to be said, in the order in which they came."""
    counts = dict[str, int]()
    for name, count in waiting.items():
        counts[WORDS[name]] = counts.get(WORDS[name], 0) + count
    return counts


def _is_answered(view: Mapping[str, Any]) -> bool:
    """Whether somebody else than the agency had something to say of its referral."""
    return bool(view.get("ending") or view.get("unopened") or view.get("applications") or view.get("enrolments"))
