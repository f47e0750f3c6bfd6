"""What an agency adds to its referral or corrects of it: told anew under its day, what was said before stays beside it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from services.referral.domain.file import Representative
from services.referral.domain.person import Before, Identity, Said, Sent, check_dates
from services.referral.domain.referral import Referral, ReferralEvent
from shared.events.amendments import Part, ReferralAmended
from shared.events.corrections import CorrectionCode
from shared.events.referral import ReferralCompleted, ReferralDetails, Situation
from shared.kernel.calendar import BirthMonth
from shared.kernel.errors import Invalid, Refused
from shared.kernel.transitions import not_before


def said_anew(sent: Sent, new: Mapping[str, Any], *, code: CorrectionCode | None, on: date) -> Sent:
    """What was sent, with these fields of the file instead; what they replace is kept under the day until which it stood.

    The very same where they say nothing new. `code` is why; None for what completes.
    """
    changed = {name: value for name, value in new.items() if value != getattr(sent, name)}
    if not changed:
        return sent
    before = Before(**{name: getattr(sent, name) for name in Said.model_fields}, until=on, code=code)
    return sent.model_copy(update={**changed, "before": (*sent.before, before)})


def details_anew(referral: Referral, new: Mapping[str, Any]) -> ReferralDetails:
    """The situation and wishes with these instead. Who is no longer said to be out of school is so since no month."""
    stood = {name: getattr(referral, name) for name in ReferralDetails.model_fields}
    details = ReferralDetails(**{**stood, **new})
    if details.situation is not Situation.OUT_OF_SCHOOL and "out_of_school_since" not in new:
        return details.model_copy(update={"out_of_school_since": None})
    return details


def with_representatives(identity: Identity, representatives: Sequence[Representative]) -> Identity:
    """The identity with these among those who answer for a minor, each once."""
    every = dict.fromkeys([*identity.representatives, *representatives])
    return identity.model_copy(update={"representatives": tuple(every)})


def check_file(sent: Sent, details: ReferralDetails, *, on: date, today: date) -> None:
    """What a referral says on a day agrees with itself. Raises Invalid."""
    check_situation(details)
    since = details.out_of_school_since
    check_dates(sent.identity, informed_on=sent.informed_on, out_of_school_since=since, on=on, today=today)
    check_reported(sent, on=on)


def check_reported(sent: Sent, *, on: date) -> None:
    """Raise Invalid where a signalement is of a day after the referral, or before the birth."""
    if sent.reported_on and sent.reported_on > on:
        raise Invalid("reported_in_the_future", "Le jour du signalement est postérieur à l’orientation.")
    if sent.reported_on and sent.reported_on < sent.identity.birth_date:
        raise Invalid("before_birth", "Le jour du signalement précède la naissance.")


def check_situation(details: ReferralDetails) -> None:
    """Raise Invalid (`inconsistent`) where a month out of school is said of someone who is not."""
    if details.out_of_school_since and details.situation is not Situation.OUT_OF_SCHOOL:
        sentence = "Le mois de sortie de l’école ne se dit que d’un jeune sorti de l’école."
        raise Invalid("inconsistent", sentence, fields={"out_of_school_since": sentence})


def complete(referral: Referral, *, missing: Collection[str], others: bool, on: date) -> Sequence[ReferralEvent]:
    """What was missing has come. Completing twice changes nothing; refused while something is missing still.

    `others`: it names representatives that a complete file has not: that is a correction, which has its code.
    """
    if referral.complete and others:
        raise Refused("already_complete", "Ce dossier est déjà complet : d’autres représentants se disent par une correction.")
    if referral.complete:
        return []
    _ensure_goes_on(referral, on)
    if missing:
        raise Refused("still_incomplete", "Il manque encore un représentant légal : ce jeune est mineur.")
    return [_completed(referral, on)]


def amend(
    referral: Referral,
    *,
    details: ReferralDetails,
    birth_month: BirthMonth,
    file: Collection[Part],
    missing: Collection[str],
    code: CorrectionCode,
    answered: bool,
    on: date,
) -> Sequence[ReferralEvent]:
    """Correct what a referral says. `file` names what changed in the vault. The same again changes nothing.

    An answer does not end that, for a pupil's identity may have to be corrected too; wishes alone stay as they were answered.
    """
    now = {**dict(details), "birth_month": birth_month}
    parts = [part for part in Part if part in file or (part in now and now[part] != getattr(referral, part))]
    if not parts:
        return []
    _ensure_goes_on(referral, on)
    if Part.WISHES in parts and answered:
        sentence = "Cette orientation a reçu sa réponse : pour d’autres vœux, faites une nouvelle orientation."
        raise Refused("referral_closed", sentence)
    amended = ReferralAmended(
        referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, **dict(details),
        birth_month=birth_month, complete=not missing, code=code, replaces=tuple(parts),
        replaces_wishes=referral.wishes if Part.WISHES in parts else (), on=on,
    )  # fmt: skip
    return [amended] if missing or referral.complete else [amended, _completed(referral, on)]


def _completed(referral: Referral, on: date) -> ReferralCompleted:
    return ReferralCompleted(referral_id=referral.referral_id, young_id=referral.young_id, agency=referral.agency, on=on)


def _ensure_goes_on(referral: Referral, on: date) -> None:
    """Refused where its agency asked it back, and before a day on which it already said more."""
    if referral.withdrawal_requested_on is not None:
        raise Refused("withdrawn_by_you", "Votre organisme a retiré cette orientation : elle ne change plus.")
    last = max(referral.submitted_on, *referral.amended_on, referral.completed_on or referral.submitted_on)
    not_before(last, on, subject="cette orientation")
