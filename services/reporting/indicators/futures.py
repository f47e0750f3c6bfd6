"""What became of those who left: further studies, employment, insertion."""

from collections.abc import Callable, Sequence

from services.reporting.indicators import corrections
from services.reporting.indicators.figure import CLOSE_TO_ALL, Counted, Indicator, Reference, Share
from services.reporting.indicators.people import Person, finishers, leavers
from services.reporting.indicators.selection import Selection
from shared.events.students import HORIZONS, OutcomeSituation

EMPLOYED, APPRENTICESHIP = OutcomeSituation.EMPLOYED, OutcomeSituation.APPRENTICESHIP
CONTINUING = (APPRENTICESHIP, OutcomeSituation.FURTHER_STUDIES)
INSERTED = (EMPLOYED, *CONTINUING)
FIRST = HORIZONS[0]


def _in(people: Sequence[Person], horizon: int, *situations: OutcomeSituation | None) -> int:
    return sum(person.situation(horizon) in situations for person in people)


def further_studies(selection: Selection) -> Counted:
    """Leavers continuing (apprenticeship or further studies) at 6 months / leavers.

    Every leaver is in the denominator: those whose six months have not passed (`not_due`), undeclared and unreachable
    are unknowns. A declaration made before the six months have passed counts already.
    """
    left = leavers(selection.people, selection.day)
    not_due = sum(not person.due(FIRST, selection.day) for person in left)
    return Counted(
        numerator=_in(left, FIRST, *CONTINUING),
        denominator=len(left),
        unknown=_in(left, FIRST, None),
        parts={"apprenticeship": _in(left, FIRST, APPRENTICESHIP), "not_due": not_due},
        groups=(len(left) - not_due,),
    )


def employment(horizon: int) -> Callable[[Selection], Counted]:
    """Employed on the reference day / (leavers due - continuing), so many months after leaving.

    Due: the reference day (the same day of the month, so many months after leaving) is not after the day of reading.
    With proof: contract, certificate or phone.
    """

    def count(selection: Selection) -> Counted:
        due = [person for person in leavers(selection.people, selection.day) if person.due(horizon, selection.day)]
        employed = [person for person in due if person.situation(horizon) is EMPLOYED]
        continuing = _in(due, horizon, *CONTINUING)
        return Counted(
            numerator=len(employed),
            denominator=len(due) - continuing,
            unknown=_in(due, horizon, None),
            parts={
                "due": len(due),
                "continuing": continuing,
                "with_proof": Share(sum(person.outcomes[horizon].is_proven for person in employed), len(employed)),
            },
            groups=(len(due),),
        )

    return count


def insertion(of: Callable[[list[Person]], list[Person]]) -> Callable[[Selection], Counted]:
    """(Continuing + employed) at 6 months / those of the leavers whose six months have passed.

    Groups: all of them, and those who do not continue, whom employment tells of; and those whom this one leaves out.
    """

    def count(selection: Selection) -> Counted:
        everybody = [person for person in leavers(selection.people, selection.day) if person.due(FIRST, selection.day)]
        due = of(everybody)
        return Counted(
            numerator=_in(due, FIRST, *INSERTED),
            denominator=len(due),
            unknown=_in(due, FIRST, None),
            parts={"employed": _in(due, FIRST, EMPLOYED), "continuing": _in(due, FIRST, *CONTINUING)},
            groups=(len(everybody), len(everybody) - _in(everybody, FIRST, *CONTINUING), len(everybody) - len(due)),
        )

    return count


CLOSE = Reference(1.0, CLOSE_TO_ALL, "réseau des Écoles de Production", "2021-02")
INDICATORS = (
    Indicator(
        name="further_studies",
        version=2,
        label="Poursuite d’études",
        formula="en apprentissage ou en études 6 mois après / sortants",
        unit="personnes",
        count=further_studies,
        rests_on=corrections.outcomes(FIRST),
        about_people=True,
    ),
    *(
        Indicator(
            name=f"employment_{horizon}",
            version=2,
            label=f"En emploi à {horizon} mois",
            formula=f"en emploi {horizon} mois après la sortie / (sortants à l’échéance - ceux qui poursuivent leurs études)",
            unit="personnes",
            count=employment(horizon),
            rests_on=corrections.outcomes(horizon),
            about_people=True,
        )
        for horizon in HORIZONS
    ),
    Indicator(
        name="insertion_finishers",
        version=2,
        label="Insertion, dernière année",
        formula="(en études + en emploi) 6 mois après / sortants de dernière année à l’échéance",
        unit="personnes",
        count=insertion(finishers),
        rests_on=corrections.outcomes(FIRST),
        about_people=True,
        reference=CLOSE,
    ),
    Indicator(
        name="insertion_entrants",
        version=2,
        label="Insertion, tous entrants",
        formula="(en études + en emploi) 6 mois après / tous les sortants à l’échéance",
        unit="personnes",
        count=insertion(list),
        rests_on=corrections.outcomes(FIRST),
        about_people=True,
        reference=CLOSE,
    ),
)
