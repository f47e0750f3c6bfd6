"""What pupils' hours are made of: two measures, not one."""

from services.reporting.indicators.figure import Counted, Indicator, Reference
from services.reporting.indicators.selection import Selection
from services.reporting.projections.weeks import total

TARGET = "objectif du réseau"


def production_share(selection: Selection) -> Counted:
    """Minutes of production / minutes of production, practice and teaching, over every week logged."""
    minutes = total(selection.hours)
    return Counted(minutes.production, minutes.worked, parts=minutes.model_dump())


def practice_share(selection: Selection) -> Counted:
    """Minutes of production and practice / the same."""
    minutes = total(selection.hours)
    return Counted(minutes.production + minutes.practice, minutes.worked, parts=minutes.model_dump())


INDICATORS = (
    Indicator(
        name="production_share",
        version=1,
        label="Part de la production",
        formula="heures de production / (production + pratique + enseignement)",
        unit="minutes",
        count=production_share,
        reference=Reference(2 / 3, "deux tiers", TARGET, None),
    ),
    Indicator(
        name="practice_share",
        version=1,
        label="Part de la pratique",
        formula="(heures de production + pratique) / (production + pratique + enseignement)",
        unit="minutes",
        count=practice_share,
        reference=Reference(0.6, "60 %", TARGET, None),
    ),
)
