"""French for what an agency reads: each standing, answer and code as a sentence."""

from collections.abc import Mapping

from services.referral.domain.answer import Ending
from services.referral.domain.journey import Later, Standing, Step
from services.referral.domain.referral import Status
from shared.events.applications import IneligibleReason, UnopenedCode
from shared.events.referral import Answer, RefusalCode
from shared.events.students import InterruptionCode, OutcomeSituation

STATUSES: Mapping[Status, str] = {
    Status.SUBMITTED: "Transmise, en attente des écoles",
    Status.IN_PROGRESS: "En cours",
    Status.CLOSED: "Réponse reçue",
}
ANSWERS: Mapping[Answer, str] = {
    Answer.ENROLLED: "Inscription faite dans une école de production.",
    Answer.REFUSED: "Refusée",
    Answer.WITHDRAWN: "Retirée à votre demande.",
    Answer.DECLINED: "La place proposée a été déclinée.",
    Answer.EXPIRED: "Le délai est passé sans réponse.",
}
REFUSALS: Mapping[RefusalCode, str] = {
    RefusalCode.NO_PLACE: "il n'y a plus de place",
    RefusalCode.NOT_ELIGIBLE: "les conditions d'âge ne sont pas remplies",
    RefusalCode.DID_NOT_COME: "le jeune n'est pas venu au rendez-vous",
    RefusalCode.UNREACHABLE: "le jeune est resté injoignable",
    RefusalCode.CHOSE_OTHER_PATH: "le jeune a choisi une autre voie",
    RefusalCode.PROJECT_NOT_FIT: "le projet ne correspond pas à la formation",
    RefusalCode.NOT_MOBILE: "l'école est trop loin pour le jeune",
    RefusalCode.DUPLICATE: "vous aviez déjà orienté ce jeune",
    RefusalCode.OTHER: "une autre raison, à voir avec l'école",
}
REASONS: Mapping[IneligibleReason, str] = {
    IneligibleReason.TOO_YOUNG: "trop jeune au jour de la rentrée",
    IneligibleReason.TOO_YOUNG_FOR_MACHINES: "moins de 15 ans au jour de la rentrée, pour des machines dangereuses",
}
UNOPENED: Mapping[UnopenedCode, str] = {
    UnopenedCode.UNKNOWN_PROGRAMME: "Aucune école du réseau n'a cette formation.",
    UnopenedCode.NO_OPEN_INTAKE: "Aucune rentrée n'est ouverte pour ce vœu.",
    UnopenedCode.ALREADY_ANSWERED: "L'école a déjà donné sa réponse pour cette rentrée.",
    UnopenedCode.ALREADY_ENROLLED: "Le jeune a choisi une autre voie.",
}
STANDINGS: Mapping[Standing, str] = {
    Standing.OPENED: "Candidature transmise à l'école.",
    Standing.UNDER_REVIEW: "L'école examine la candidature.",
    Standing.IMMERSION_ENDED: "L'immersion a eu lieu.",
    Standing.ADMISSIBLE: "Admissible.",
    Standing.WAITLISTED: "Admissible, sur liste d'attente.",
    Standing.ENROLLED: "Place confirmée : inscription faite.",
    Standing.DECLINED: "Place déclinée.",
    Standing.EXPIRED: "Le délai est passé sans réponse.",
    Standing.REFUSED: "Refusée.",
    Standing.REOPENED: "L'école reprend l'examen de la candidature.",
    Standing.WITHDRAWN: "Candidature retirée.",
}
LATER: Mapping[str, str] = {
    "enrolled": "Inscrit",
    "started": "A commencé",
    "did_not_start": "N'est pas venu à la rentrée",
    "interrupted": "A interrompu",
    "resumed": "A repris",
    "moved_up": "Passe en année supérieure",
    "repeated": "Redouble",
    "changed_programme": "Change de formation",
    "completed": "A terminé la formation",
    "exam_registered": "Inscrit à l'examen",
    "diploma_obtained": "Diplôme obtenu",
    "diploma_failed": "Diplôme non obtenu",
    "outcome_declared": "Devenir",
}
INTERRUPTIONS: Mapping[str, str] = {
    InterruptionCode.APPRENTICESHIP_SIGNED: "contrat d'apprentissage signé",
    InterruptionCode.OTHER_SCHOOL: "autre établissement",
    InterruptionCode.EMPLOYMENT: "emploi",
    InterruptionCode.MOVED: "déménagement",
    InterruptionCode.CHOSEN_BY_FAMILY: "choix de la famille",
    InterruptionCode.EXCLUSION: "exclusion",
    InterruptionCode.LOST_CONTACT: "contact perdu",
    InterruptionCode.PREVENTED: "empêchement",
    InterruptionCode.OTHER: "autre raison",
}
OUTCOMES: Mapping[str, str] = {
    OutcomeSituation.EMPLOYED: "en emploi",
    OutcomeSituation.APPRENTICESHIP: "en apprentissage",
    OutcomeSituation.FURTHER_STUDIES: "poursuit des études",
    OutcomeSituation.JOB_SEEKING: "en recherche d'emploi",
    OutcomeSituation.OTHER: "autre situation",
    OutcomeSituation.UNREACHABLE: "sans nouvelles",
}


def of_step(step: Step) -> str:
    """An application's step, as its agency reads it."""
    match step.standing:
        case Standing.INELIGIBLE:
            return f"Non recevable : {', '.join(REASONS[reason] for reason in step.reasons)}."
        case Standing.INTERVIEW_PLANNED:
            return f"Entretien prévu le {step.planned:%d/%m/%Y}."
        case Standing.IMMERSION_PLANNED:
            return f"Immersion prévue du {step.planned:%d/%m/%Y} au {step.until:%d/%m/%Y}."
        case Standing.OFFERED:
            return f"Une place est proposée, à confirmer au plus tard le {step.until:%d/%m/%Y}."
        case Standing.REFUSED if step.code:
            return f"Refusée : {REFUSALS[RefusalCode(step.code)]}."
        case Standing.OBSOLETE if step.code == "enrolled_elsewhere":
            return f"Sans suite : {REFUSALS[RefusalCode.CHOSE_OTHER_PATH]}."
        case Standing.OBSOLETE:
            return "Sans suite : la rentrée est close."
        case standing:
            return STANDINGS[standing]


def of_later(later: Later) -> str:
    """A pupil's step, as the referring agency reads it."""
    said = LATER[later.step]
    if later.step == "interrupted" and later.code:
        return f"{said} : {INTERRUPTIONS[later.code]}."
    if later.step == "outcome_declared" and later.code:
        return f"{said} à {later.horizon} mois : {OUTCOMES[later.code]}."
    return f"{said}."


def of_ending(ending: Ending) -> str:
    """A referral's answer, in one sentence."""
    if ending.code is None:
        return ANSWERS[ending.answer]
    return f"{ANSWERS[ending.answer]} : {REFUSALS[ending.code]}."
