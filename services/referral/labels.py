"""French for what an agency reads: each status, answer, code and milestone."""

from collections.abc import Mapping

from shared.events.applications import ApplicationStatus, IneligibleReason, Met
from shared.events.contacts import ContactMeans
from shared.events.referral import Answer, AnsweredBy, RefusalCode
from shared.events.students import InterruptionCode, OutcomeSituation

REFERRAL_STATUSES: Mapping[str, str] = {
    "submitted": "Transmise, en attente des écoles",
    "in_progress": "En cours",
    "closed": "Réponse reçue",
}
BY_THE_SCHOOL: Mapping[tuple[Answer, AnsweredBy | None], str] = {
    (Answer.WITHDRAWN, AnsweredBy.SCHOOL): "La candidature a été retirée par l’école.",
    (Answer.EXPIRED, AnsweredBy.SCHOOL): "L’école avait répondu ; le délai est passé sans suite.",
}
"""Answers that say otherwise where a person of the school had spoken."""
ANSWERS: Mapping[Answer, str] = {
    Answer.ENROLLED: "Inscription faite dans une école de production.",
    Answer.REFUSED: "Refusée",
    Answer.WITHDRAWN: "Retirée à votre demande.",
    Answer.DECLINED: "La place proposée a été déclinée.",
    Answer.EXPIRED: "Le délai est passé sans réponse.",
}
REFUSALS: Mapping[RefusalCode, str] = {
    RefusalCode.NO_PLACE: "il n’y a plus de place",
    RefusalCode.NOT_ELIGIBLE: "les conditions d’âge ne sont pas remplies",
    RefusalCode.DID_NOT_COME: "le jeune n’est pas venu au rendez-vous",
    RefusalCode.UNREACHABLE: "le jeune est resté injoignable",
    RefusalCode.CHOSE_OTHER_PATH: "le jeune a choisi une autre voie",
    RefusalCode.PROJECT_NOT_FIT: "le projet ne correspond pas à la formation",
    RefusalCode.NOT_MOBILE: "l’école est trop loin pour le jeune",
    RefusalCode.DUPLICATE: "vous aviez déjà orienté ce jeune",
    RefusalCode.OTHER: "une autre raison, à voir avec l’école",
}
INELIGIBILITY: Mapping[IneligibleReason, str] = {
    IneligibleReason.TOO_YOUNG: "trop jeune au jour de l’entrée",
    IneligibleReason.TOO_YOUNG_FOR_MACHINES: "moins de 15 ans au jour de l’entrée, pour des machines dangereuses",
    IneligibleReason.TOO_OLD: "au-delà de l’âge limite de la formation au jour de l’entrée",
}
UNOPENED: Mapping[str, str] = {
    "unknown_programme": "Aucune école du réseau n’a cette formation.",
    "nothing_possible": "Aucune suite possible pour ce vœu.",
}
NOTHING_OPENED = "Aucune suite possible pour ces vœux."
APPLICATION_STATUSES: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.UNDER_REVIEW: "L’école examine la candidature.",
    ApplicationStatus.IMMERSION_ENDED: "L’immersion a eu lieu.",
    ApplicationStatus.ADMISSIBLE: "Admissible.",
    ApplicationStatus.WAITLISTED: "Admissible, sur liste d’attente.",
    ApplicationStatus.ENROLLED: "Place confirmée : inscription faite.",
    ApplicationStatus.DECLINED: "Place déclinée.",
    ApplicationStatus.EXPIRED: "Le délai est passé sans réponse.",
    ApplicationStatus.WITHDRAWN: "Candidature retirée.",
}
"""Those that need no detail."""
CANCELLED: Mapping[Met, str] = {
    Met.INTERVIEW: "L’entretien prévu est annulé ; l’école examine toujours la candidature.",
    Met.IMMERSION: "L’immersion prévue est annulée ; l’école examine toujours la candidature.",
}
NOT_ATTENDED = "Le jeune n’est pas venu à l’immersion."
CONTACTED: Mapping[ContactMeans, str] = {
    ContactMeans.PHONE: "par téléphone",
    ContactMeans.TEXT_MESSAGE: "par SMS",
    ContactMeans.EMAIL: "par courriel",
    ContactMeans.LETTER: "par courrier",
    ContactMeans.VISIT: "par une visite",
}
UNANSWERED = "L’école n’a pas répondu dans le délai ; elle peut encore rouvrir la candidature."
DUTIES: Mapping[str, str] = {"instruction": "Instruction obligatoire", "formation": "Obligation de formation"}
DELAYS: Mapping[str, str] = {
    "running": "deux mois, comptés du signalement, jusqu’au {due_on:%d/%m/%Y}",
    "late": "les deux mois, comptés du signalement, sont passés depuis le {due_on:%d/%m/%Y}",
    "fulfilled": "remplie : le jeune est inscrit",
    "of_age": "le jeune est majeur",
}
DIRECT = "Candidature directe"
"""In the place of an agency's name, where a family applied to a school itself."""
NO_DELAY = "sans délai fixé par la loi"
TRANSFERS: Mapping[str, str] = {
    "proposed": "D’autres écoles ont de la place : acceptez l’une d’elles, ou déclinez, au plus tard le {until:%d/%m/%Y}.",
    "accepted": "Proposition acceptée : la candidature continue dans une autre école.",
    "declined": "Proposition déclinée.",
    "lapsed": "Cette proposition n’a plus cours.",
}
OFFER_WITHDRAWN = "L’école a repris la place proposée ; la candidature reste admissible."
REOPENED = "L’école reprend l’examen de la candidature."
MILESTONES: Mapping[str, str] = {
    "enrolled": "Inscrit",
    "started": "A commencé",
    "did_not_start": "N’est pas venu à la rentrée",
    "gave_up": "A renoncé à sa place avant la rentrée",
    "interrupted": "A interrompu",
    "resumed": "A repris",
    "moved_up": "Passe en année supérieure",
    "repeated": "Redouble",
    "changed_programme": "Change de formation",
    "completed": "A terminé la formation",
    "exam_registered": "Inscrit à l’examen",
    "diploma_obtained": "Diplôme obtenu",
    "diploma_failed": "Diplôme non obtenu",
    "outcome_declared": "Devenir",
}
INTERRUPTIONS: Mapping[InterruptionCode, str] = {
    InterruptionCode.APPRENTICESHIP_SIGNED: "contrat d’apprentissage signé",
    InterruptionCode.OTHER_SCHOOL: "autre établissement",
    InterruptionCode.EMPLOYMENT: "emploi",
    InterruptionCode.MOVED: "déménagement",
    InterruptionCode.CHOSEN_BY_FAMILY: "choix de la famille",
    InterruptionCode.EXCLUSION: "exclusion",
    InterruptionCode.LOST_CONTACT: "contact perdu",
    InterruptionCode.PREVENTED: "empêchement",
    InterruptionCode.OTHER: "autre raison",
}
OUTCOMES: Mapping[OutcomeSituation, str] = {
    OutcomeSituation.EMPLOYED: "en emploi",
    OutcomeSituation.APPRENTICESHIP: "en apprentissage",
    OutcomeSituation.FURTHER_STUDIES: "poursuit des études",
    OutcomeSituation.JOB_SEEKING: "en recherche d’emploi",
    OutcomeSituation.OTHER: "autre situation",
    OutcomeSituation.UNREACHABLE: "sans nouvelles",
}
MISSING: Mapping[str, str] = {
    "representative": "Un représentant légal, personne ou institution : ce jeune est mineur. Sans lui, aucune place "
    "ne peut être confirmée.",
}
ALREADY_REFERRED = (
    "Votre organisme a déjà orienté, le {on:%d/%m/%Y}, quelqu’un du même nom et de la même date de naissance. "
    "Si c’est la même demande, demandez le retrait de l’une des deux."
)
SITUATIONS: Mapping[str, str] = {
    "in_troisieme": "En troisième",
    "in_school_at_risk": "Scolarisé, à risque de décrochage",
    "out_of_school": "Sorti de l’école",
    "in_training": "En formation",
    "other": "Autre",
}
LAST_CLASSES: Mapping[str, str] = {
    "sixieme": "Sixième",
    "cinquieme": "Cinquième",
    "quatrieme": "Quatrième",
    "troisieme": "Troisième",
    "troisieme_prepa_metiers": "Troisième prépa-métiers",
    "seconde": "Seconde",
    "premiere": "Première",
    "terminale": "Terminale",
    "cap_1": "CAP, première année",
    "cap_2": "CAP, deuxième année",
    "upe2a": "UPE2A",
    "other": "Autre",
}
KINSHIPS: Mapping[str, str] = {
    "mother": "Mère",
    "father": "Père",
    "guardian": "Tuteur",
    "grandparent": "Grand-parent",
    "sibling": "Frère ou sœur",
    "other": "Autre",
}
INSTITUTION = "Institution"
"""In the place of a kinship: who answers for a minor is no person."""
IMPORT_STATUSES: Mapping[str, str] = {
    "running": "En cours",
    "done": "Terminé",
    "stopped": "Arrêté",
}
UNFIT: Mapping[str, str] = {
    "unreadable": "Ce message n’est pas lisible : son lot, ou le nom d’un de ses en-têtes, n’a pas la forme que Kafka veut.",
    "deleted_unheard": "Ces messages ont été effacés de Kafka, qui les garde sept jours, avant d’être lus : renvoyez-les.",
    "no_value": "Ce message ne dit rien : sa valeur est vide.",
    "too_large": "La demande dépasse la taille permise.",
    "malformed": "Cette demande ne peut être lue.",
    "not_cloudevents": "Ce message n’est pas un CloudEvents 1.0 : « {attribute} » manque, est répété ou ne convient pas.",
    "wrong_type": "Un seul type est reçu ici : fr.etabli.inbound.referral.requested.v1.",
    "not_json": "Seul le JSON est reçu : application/json, ou application/cloudevents+json en mode structuré.",
    "wrong_key": "La clé du message est votre référence, en UTF-8, la même que « external_id » là où il est dit.",
    "no_external_id": "Donnez votre référence : par la clé du message, par « external_id », ou par les deux.",
    "bug": "Une erreur de notre fait ; elle est notée. Renvoyez ce message plus tard.",
}
"""Why a message of an agency's topic was not judged as a referral. Codes that a request may have too have its words."""
