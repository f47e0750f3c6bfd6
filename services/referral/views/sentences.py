"""What happened, in French sentences: an application's step, a pupil's milestone, a referral's answer."""

from services.referral import labels
from services.referral.domain.answer import Ending
from services.referral.domain.hand_backs import HandBackHistory
from services.referral.domain.legal import DelayState, LegalDelay
from services.referral.domain.milestones import Milestone
from services.referral.domain.steps import Contact, Step
from shared.events.applications import ApplicationStatus


def of_step(step: Step) -> str:
    """An application's step, as its agency reads it."""
    if step.reopened:
        return labels.REOPENED
    if step.offer_withdrawn:
        return labels.OFFER_WITHDRAWN
    if step.unanswered:
        return labels.UNANSWERED
    if step.cancelled:
        return labels.CANCELLED[step.cancelled]
    if step.status is ApplicationStatus.IMMERSION_ENDED and not step.attended:
        return labels.NOT_ATTENDED
    at = f" à {step.at}" if step.at else ""
    match step.status:
        case ApplicationStatus.INELIGIBLE:
            return f"Non recevable : {', '.join(labels.INELIGIBILITY[reason] for reason in step.reasons)}."
        case ApplicationStatus.INTERVIEW_PLANNED:
            return f"Entretien prévu le {step.planned_on:%d/%m/%Y}{at}."
        case ApplicationStatus.IMMERSION_PLANNED:
            return f"Immersion prévue du {step.planned_on:%d/%m/%Y}{at} au {step.until:%d/%m/%Y}."
        case ApplicationStatus.OFFERED:
            return f"Une place est proposée au jeune ; l’école attend sa réponse jusqu’au {step.until:%d/%m/%Y}."
        case ApplicationStatus.REFUSED if step.code:
            return f"Refusée : {labels.REFUSALS[step.code]}."
        case ApplicationStatus.OBSOLETE:
            return f"Sans suite : {labels.REFUSALS[step.code] if step.code else 'la rentrée est close'}."
        case status:
            return labels.APPLICATION_STATUSES[status]


def of_contact(contact: Contact) -> str:
    """An attempt of the school to reach the applicant."""
    how = labels.CONTACTED[contact.means]
    if contact.reached:
        return f"L’école a joint le jeune ou son représentant {how}."
    return f"L’école a cherché à joindre le jeune {how}, sans réponse."


def of_delay(delay: LegalDelay) -> str:
    """What the law asks for, and by when."""
    runs = delay.due_on is None and delay.state is DelayState.RUNNING
    state = labels.NO_DELAY if runs else labels.DELAYS[delay.state].format(due_on=delay.due_on)
    return f"{labels.DUTIES[delay.duty]} (signalement du {delay.since:%d/%m/%Y}) : {state}."


def of_hand_back(one: HandBackHistory) -> str:
    """A minor who is to be followed again."""
    if one.acknowledged_on:
        return f"Remis à votre organisme ; réception accusée le {one.acknowledged_on:%d/%m/%Y}."
    return f"Mineur remis à votre organisme : accusez réception au plus tard le {one.due_on:%d/%m/%Y}."


def of_milestone(milestone: Milestone) -> str:
    """A pupil's milestone, as the referring agency reads it; one that was mended says when."""
    mended = f" (corrigé le {milestone.corrected_on:%d/%m/%Y})" if milestone.corrected_on else ""
    return f"{_milestone(milestone)}{mended}."


def _milestone(milestone: Milestone) -> str:
    label = labels.MILESTONES[milestone.kind]
    if milestone.code:
        return f"{label} : {labels.INTERRUPTIONS[milestone.code]}"
    if milestone.situation:
        return f"{label} à {milestone.horizon} mois : {labels.OUTCOMES[milestone.situation]}"
    return label


def of_ending(ending: Ending, *, opened: bool = True) -> str:
    """A referral's answer, in one sentence; `opened`: whether anything did for it."""
    if not opened:
        return labels.NOTHING_OPENED
    label = labels.BY_THE_SCHOOL.get((ending.answer, ending.answered_by), labels.ANSWERS[ending.answer])
    return f"{label} : {labels.REFUSALS[ending.code]}." if ending.code else label
