"""What is said of a webhook, in French: what happened, since when, what to do."""

from datetime import datetime

from babel.dates import format_time

from shared.kernel.calendar import PARIS
from shared.web.pages.french import LOCALE, day
from shared.webhooks.sending import Result
from shared.webhooks.webhook import Webhook

HAPPENED = {
    Result.DELIVERED: "votre serveur accepte ce qui lui est envoyé",
    Result.GONE: "votre serveur répond que cette adresse n’existe plus (410)",
    Result.THROTTLED: "votre serveur demande d’attendre (429)",
    Result.REDIRECTED: "votre serveur renvoie vers une autre adresse ({status}), ce qui n’est pas suivi",
    Result.ANSWERED_NO: "votre serveur répond {status}",
    Result.TIMED_OUT: "votre serveur ne répond pas en quinze secondes",
    Result.UNREACHABLE: "votre serveur ne répond pas, ou coupe la connexion",
    Result.UNTRUSTED: "le certificat de votre serveur n’est pas valable, ou sa connexion chiffrée échoue",
    Result.NOT_PUBLIC: "le nom de votre serveur mène à une adresse privée ou réservée",
    Result.UNRESOLVED: "le nom de votre serveur ne mène nulle part",
}


def happened(result: str, status: int | None) -> str:
    """What came of an attempt, as a part of a sentence."""
    return HAPPENED[Result(result)].format(status=status)


def said_of(webhook: Webhook) -> str:
    """How a webhook is: what happened, since when, what its tenant is to do."""
    one = f"/webhooks/{webhook.id}"
    if off := webhook.disabled:
        return (
            f"Désactivé le {instant(off.at)} : depuis le {instant(off.since)}, {happened(off.result, off.status)}. Rien n’est "
            f"perdu avant trente jours. Réparez votre serveur, essayez-le (POST {one}/test), puis réactivez ce webhook "
            f"(POST {one}/enable) : la suite part d’où elle s’était arrêtée."
        )
    if webhook.place and webhook.place.holds:
        hold = min(webhook.place.holds.values(), key=lambda hold: hold.since)
        return (
            f"Depuis le {instant(hold.since)}, {happened(hold.result, hold.status)}. Ce qui n’a pas été accepté est envoyé à "
            f"nouveau, de moins en moins souvent, pendant trois jours ; après quoi ce webhook est désactivé. Ce qui a été "
            f"essayé : GET {one}/attempts."
        )
    if webhook.place and webhook.place.delivered_at:
        return "Tout ce qui vous est dit est envoyé et accepté."
    return f"Rien ne vous a encore été envoyé. Pour l’essayer : POST {one}/test."


def instant(at: datetime) -> str:
    """4 octobre 2026 à 10:12, à Paris."""
    here = at.astimezone(PARIS)
    return f"{day(here.date())} à {format_time(here, 'H:mm', locale=LOCALE)}"
