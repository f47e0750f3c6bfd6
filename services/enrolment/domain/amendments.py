"""What an amended referral changes of an application: asked for or left as it now wishes, and judged anew by its own age."""

from collections.abc import Sequence
from datetime import date

from services.enrolment.domain.applications import apply
from services.enrolment.domain.eligibility import day_of_entry, reasons_against
from services.enrolment.domain.intake import Intake, IntakeEvent, common_fields
from services.enrolment.domain.school import Programme, School
from services.enrolment.domain.wishes import Wished
from services.enrolment.domain.withdrawals import withdraw_referral
from shared.events import applications as events
from shared.events.amendments import Part, ReferralAmended
from shared.events.applications import ApplicationStatus
from shared.events.referral import Wish


def names(wish: Wish, intake: Intake, school: School) -> bool:
    """Whether a wish is for what an intake of this school is of."""
    if wish.year_of_study != intake.year_of_study:
        return False
    if wish.school:
        return (wish.school, wish.programme) == (intake.school, intake.programme)
    return wish.sector == school.programme(intake.programme).sector and school.department in wish.departments


def goes_on(referral: ReferralAmended, intake: Intake, school: School) -> bool:
    """Whether an application that a referral asked for counts in its answer: wished for still, or not left."""
    asks = intake.application(referral.young_id).asks_for(referral.referral_id)
    return asks or any(names(wish, intake, school) for wish in referral.wishes)


def with_held(wish: Wish, found: Wished, held: Sequence[tuple[Intake, School]]) -> Wished:
    """The intakes of a wish: those that it asked for when they were open, and those that are now."""
    own = [(intake, school.programme(intake.programme)) for intake, school in held if names(wish, intake, school)]
    return [*own, *(found or ())] if own else found


def follow(intake: Intake, *, referral: ReferralAmended, school: School, on: date) -> list[IntakeEvent]:
    """One referral of several asks anew: it leaves what it no longer wishes and nobody answered, and asks for what it now does.

    What its own agency took it back from stays so, unless it is wished for anew. What goes on is judged again.
    """
    if _was_transferred(intake, referral):  # it was never wished for, and wishes say nothing of it
        return judge_again(intake, referral=referral, programme=school.programme(intake.programme), on=on)
    if Part.WISHES in referral.replaces and not any(names(wish, intake, school) for wish in referral.wishes):
        return withdraw_referral(intake, young_id=referral.young_id, referral_id=referral.referral_id, on=on)
    stood = referral.replaces_wishes or referral.wishes
    again = not any(names(wish, intake, school) for wish in stood) or _too_young_alone(intake, referral)
    programme = school.programme(intake.programme)
    asked = apply(intake, referral=referral, programme=programme, again=again, on=on)
    return asked or judge_again(intake, referral=referral, programme=programme, on=on)


def _was_transferred(intake: Intake, referral: ReferralAmended) -> bool:
    application = intake.application_of(referral.young_id)
    own = (one for one in application.referrals if one.referral_id == referral.referral_id) if application else ()
    return any(one.transferred for one in own)


def _too_young_alone(intake: Intake, referral: ReferralAmended) -> bool:
    """Whether this referral alone was told so when it joined an application that goes on for others: it may ask anew."""
    application = intake.application_of(referral.young_id)
    if application is None or application.status is ApplicationStatus.INELIGIBLE:
        return False
    own = (one for one in application.referrals if one.referral_id == referral.referral_id and one.ended is None)
    return any(one.seen.status is ApplicationStatus.INELIGIBLE for one in own)


def judge_again(intake: Intake, *, referral: ReferralAmended, programme: Programme, on: date) -> list[IntakeEvent]:
    """Eligible or not by the age that is said now, until a person of the school has met, invited or answered the applicant.

    As far as that referral knows, and for it alone where others ask: no agency closes or opens what is another's.
    """
    application = intake.application_of(referral.young_id)
    own = application.going_on(referral.referral_id) if application else None
    if application is None or own is None or on > intake.closes_on:
        return []
    entry_on = day_of_entry(intake, own.seen, own.on)
    reasons = reasons_against(referral.birth_month, entry_on=entry_on, programme=programme)
    fields = common_fields(intake, referral.young_id, on)
    alone = None if application.is_only_for(own) else own.referral_id
    match own.seen.status:
        case ApplicationStatus.INELIGIBLE if not reasons and application.status is ApplicationStatus.INELIGIBLE:
            return [events.ApplicationUnderReview(**fields, referral_id=alone)]
        case ApplicationStatus.INELIGIBLE if reasons and reasons != own.seen.reasons:
            return [events.ApplicationIneligible(**fields, reasons=reasons, referral_id=alone)]
        case ApplicationStatus.UNDER_REVIEW if reasons and not own.seen.overridden:
            return [events.ApplicationIneligible(**fields, reasons=reasons, referral_id=alone)]
    return []
