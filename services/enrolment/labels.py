"""French for what enrolment shows: each status of an application and of an enrolment, and what may be done from it."""

from collections.abc import Mapping

from shared.events.applications import ApplicationStatus, HeardBy, SaidBy
from shared.events.contacts import ContactMeans
from shared.events.students import EnrolmentStatus, Move
from shared.kernel.transitions import Labels

NETWORK = "Réseau des Écoles de Production"
"""Who holds the grants that are no single school's."""
DIRECT = "Candidature directe ({school})"
"""In the place of an agency's name, where a family applied to a school itself."""
PAY, CHANGE_SEATS = "verser moins", "changer le nombre de places"
CHANGE_DATES = "changer les dates"
PROMOTE = "proposer la place au premier de la liste d’attente"
APPLICATION = Labels(
    "cette candidature",
    statuses={
        ApplicationStatus.UNDER_REVIEW: "à l’étude",
        ApplicationStatus.INTERVIEW_PLANNED: "entretien prévu",
        ApplicationStatus.IMMERSION_PLANNED: "immersion prévue",
        ApplicationStatus.IMMERSION_ENDED: "immersion terminée",
        ApplicationStatus.ADMISSIBLE: "admissible",
        ApplicationStatus.WAITLISTED: "sur liste d’attente",
        ApplicationStatus.OFFERED: "place proposée",
        ApplicationStatus.ENROLLED: "inscrite",
        ApplicationStatus.RELEASED: "place rendue",
        ApplicationStatus.INELIGIBLE: "non éligible",
        ApplicationStatus.REFUSED: "refusée",
        ApplicationStatus.DECLINED: "place déclinée",
        ApplicationStatus.EXPIRED: "délai dépassé",
        ApplicationStatus.WITHDRAWN: "retirée",
        ApplicationStatus.OBSOLETE: "sans objet",
    },
    actions={
        "review": "étudier",
        "contact": "noter un essai de contact",
        "plan_interview": "prévoir un entretien",
        "plan_immersion": "prévoir une immersion",
        "cancel_meeting": "annuler le rendez-vous",
        "end_immersion": "terminer l’immersion",
        "admit": "admettre",
        "waitlist": "mettre sur liste d’attente",
        "plan_entry": "convenir d’une autre entrée",
        "offer": "proposer une place",
        "extend_offer": "changer la date limite",
        "take_back_offer": "reprendre l’offre",
        "confirm": "confirmer",
        "decline": "décliner",
        "refuse": "refuser",
        "reopen": "rouvrir",
        "withdraw": "retirer",
    },
)
LATE: Mapping[str, str] = {
    "answer": "L’école n’a pas encore répondu : les deux tiers du délai sont passés.",
    "meeting": "Le rendez-vous est passé : l’école n’a pas dit ce qu’il en est.",
    "offer": "La place proposée n’est ni prise ni déclinée : les deux tiers du délai sont passés.",
    "expired": "L’école n’a pas répondu dans le délai ; la candidature peut être rouverte.",
}
"""By kind of what is late."""
CONTACTED: Mapping[ContactMeans, str] = {
    ContactMeans.PHONE: "par téléphone",
    ContactMeans.TEXT_MESSAGE: "par SMS",
    ContactMeans.EMAIL: "par courriel",
    ContactMeans.LETTER: "par courrier",
    ContactMeans.VISIT: "par une visite",
}
ANSWERED: Mapping[ApplicationStatus, str] = {
    ApplicationStatus.ENROLLED: "confirmé",
    ApplicationStatus.DECLINED: "décliné",
}
HEARD_BY: Mapping[HeardBy, str] = {
    HeardBy.PHONE: "par téléphone",
    HeardBy.MEETING: "lors d’une rencontre",
    HeardBy.LETTER: "par courrier",
    HeardBy.EMAIL: "par courriel",
}
SAID_BY: Mapping[SaidBy, str] = {SaidBy.YOUNG_PERSON: "le jeune", SaidBy.REPRESENTATIVE: "son représentant"}
"""What the school recorded of the family's word: « confirmé par téléphone le … par son représentant »."""
ENROLMENT = Labels(
    "ce parcours",
    statuses={
        EnrolmentStatus.DUE: "rentrée à venir",
        EnrolmentStatus.PRESENT: "en formation",
        EnrolmentStatus.INTERRUPTED: "parcours interrompu",
        EnrolmentStatus.COMPLETED: "parcours terminé",
        EnrolmentStatus.DID_NOT_START: "rentrée manquée",
        EnrolmentStatus.GAVE_UP: "désistement",
    },
    actions={
        "start": "commencer",
        "record_no_show": "noter une rentrée manquée",
        "give_up": "noter un désistement",
        "interrupt": "interrompre",
        "resume": "reprendre",
        "move_up": "passer en année supérieure",
        "repeat": "redoubler",
        "change_programme": "changer de formation",
        "complete": "terminer",
        "continue": "poursuivre dans une autre formation",
        "sit_an_exam": "inscrire à un examen",
        "declare_an_outcome": "déclarer le devenir",
        "correct": "corriger ce qui est déclaré",
    },
)
HAND_BACK = Labels(
    "cette remise",
    statuses={"waiting": "à accuser", "acknowledged": "accusée", "ended": "sans objet"},
    actions={"acknowledge": "accuser réception"},
)
TRANSFER = Labels(
    "cette proposition",
    statuses={"proposed": "proposée", "accepted": "acceptée", "declined": "déclinée", "lapsed": "sans objet"},
    actions={"accept": "accepter", "decline": "décliner"},
)
FACTS = {
    "start": "L’entrée",
    "no_show": "La rentrée manquée",
    "giving_up": "Le désistement",
    "interruption": "L’interruption",
    "return": "La reprise",
    "completion": "La fin du parcours",
    "year": "Le changement d’année ou de formation",
    "exam": "L’inscription à l’examen",
    "result": "Le résultat d’examen",
    "outcome": "Le devenir",
}
"""What is declared of a pupil, as a sentence begins with it."""
MOVES = {
    Move.MOVED_UP: "Le passage en année supérieure",
    Move.REPEATED: "Le redoublement",
    Move.CHANGED_PROGRAMME: "Le changement de formation",
}
