"""What pupils' hours are made of: two measures, not one."""

from services.reporting.indicators.figure import Counted, Indicator, Reference
from services.reporting.indicators.perimeter import Scoped

WORKED = ("production", "practice", "teaching")
KINDS = (*WORKED, "placement", "absence_justified", "absence_unjustified")
TARGET = "objectif du réseau"


def _minutes(scoped: Scoped) -> dict[str, int]:
    return {kind: sum(row[kind] for row in scoped.hours) for kind in KINDS}


def production_share(scoped: Scoped) -> Counted:
    """Minutes of production / minutes of production, practice and teaching, over every week logged."""
    minutes = _minutes(scoped)
    return Counted(minutes["production"], sum(minutes[kind] for kind in WORKED), parts=minutes)


def practice_share(scoped: Scoped) -> Counted:
    """Minutes of production and practice / the same."""
    minutes = _minutes(scoped)
    return Counted(minutes["production"] + minutes["practice"], sum(minutes[kind] for kind in WORKED), parts=minutes)


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
