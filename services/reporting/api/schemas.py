"""What `GET /indicators` answers, field by field."""

from datetime import date

from pydantic import BaseModel, Field

from services.reporting.indicators.figure import Figure, Part, Reference, Share
from services.reporting.indicators.perimeter import Perimeter, PerimeterKind
from services.reporting.tables import Tables
from shared.events.production import in_hours
from shared.web.names import ProgrammeResponse, SchoolResponse

MINUTES = "minutes"
"""What the indicators of hours count."""


class ReferenceResponse(BaseModel):
    value: float
    label: str = Field(description="La valeur, comme elle est publiée.")
    source: str
    published: str | None = Field(description="Le mois de publication : 2021-02.")


class ShareResponse(BaseModel):
    """Tant de personnes sur tant, à côté du chiffre principal."""

    numerator: int
    denominator: int


PartResponse = bool | int | float | str | ShareResponse | None


class FigureResponse(BaseModel):
    """Un indicateur compté dans un périmètre. Ce qui est masqué est nul."""

    name: str
    version: int
    label: str
    formula: str
    unit: str = Field(description="Ce que comptent le numérateur et le dénominateur.")
    reference: ReferenceResponse | None = Field(description="Ce à quoi le chiffre est comparé.")
    numerator: int | float | None
    denominator: int | float | None
    unknown: int | None = Field(description="Ceux du dénominateur dont on ne sait rien.")
    value: float | None = Field(description="numérateur / dénominateur, ou des euros pour `cost`.")
    low: float | None
    high: float | None = Field(description="La valeur si tous les inconnus comptaient.")
    parts: dict[str, PartResponse] = Field(description="Ce qui se lit à côté, par nom.")
    masked: bool
    corrected_on: date | None = Field(description="Dernière correction de ce qu’il compte, même après le jour de lecture.")


class IndicatorsResponse(BaseModel):
    scope: str
    school: SchoolResponse | None = Field(description="L’école du périmètre, si c’en est une.")
    programme: ProgrammeResponse | None = Field(description="La formation du périmètre, si c’en est une.")
    cohort: str | None
    as_of: date = Field(description="Le jour de lecture.")
    simulated: bool
    notice: str | None = Field(description="À garder avec les chiffres : dit qu’ils sont simulés, s’ils le sont.")
    indicators: list[FigureResponse]


def figure_response(figure: Figure) -> FigureResponse:
    """A figure with its indicator's name, version and formula; what is counted in minutes is shown in hours."""
    indicator = figure.indicator
    in_minutes = indicator.unit == MINUTES
    return FigureResponse(
        name=indicator.name,
        version=indicator.version,
        label=indicator.label,
        formula=indicator.formula,
        unit="heures" if in_minutes else indicator.unit,
        reference=_reference_response(indicator.reference),
        numerator=_hours(figure.numerator) if in_minutes else figure.numerator,
        denominator=_hours(figure.denominator) if in_minutes else figure.denominator,
        unknown=figure.unknown,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        parts=dict(_part_response(name, part, in_minutes=in_minutes) for name, part in figure.parts.items()),
        masked=figure.masked,
        corrected_on=figure.corrected_on,
    )


def _reference_response(reference: Reference | None) -> ReferenceResponse | None:
    if reference is None:
        return None
    return ReferenceResponse(value=reference.value, label=reference.label, source=reference.source, published=reference.published)


def _part_response(name: str, part: Part, *, in_minutes: bool) -> tuple[str, PartResponse]:
    if isinstance(part, Share):
        return name, ShareResponse(numerator=part.numerator, denominator=part.denominator)
    if (in_minutes or name.endswith(f"_{MINUTES}")) and isinstance(part, int | None):
        return name.replace(f"_{MINUTES}", "_hours"), _hours(part)
    return name, part


def _hours(minutes: int | None) -> float | None:
    return None if minutes is None else in_hours(minutes)


def school_of(perimeter: Perimeter, tables: Tables) -> SchoolResponse | None:
    """The school that a perimeter is."""
    rows = tables.schools if perimeter.kind is PerimeterKind.SCHOOL else ()
    found = next((row for row in rows if row.id == perimeter.id), None)
    return SchoolResponse(**found.model_dump(include=set(SchoolResponse.model_fields))) if found else None


def programme_of(perimeter: Perimeter, tables: Tables) -> ProgrammeResponse | None:
    """The programme that a perimeter is, under the title that its schools give it; no certification where they differ."""
    if perimeter.kind is not PerimeterKind.PROGRAMME:
        return None
    said = {row.certification for row in tables.programmes if row.programme == perimeter.id}
    certification = said.pop() if len(said) == 1 else None
    return ProgrammeResponse(id=perimeter.id, title=tables.title_of(perimeter.id), certification=certification)
