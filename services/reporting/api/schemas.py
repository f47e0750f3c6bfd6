"""What `GET /indicators` answers, field by field."""

from datetime import date

from pydantic import BaseModel, Field

from services.reporting.indicators.figure import Figure, Part, Reference, Share


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
    numerator: int | None
    denominator: int | None
    unknown: int | None = Field(description="Ceux du dénominateur dont on ne sait rien.")
    value: float | None = Field(description="numérateur / dénominateur, ou des euros pour `cost`.")
    low: float | None
    high: float | None = Field(description="La valeur si tous les inconnus comptaient.")
    parts: dict[str, PartResponse] = Field(description="Ce qui se lit à côté, par nom.")
    masked: bool


class IndicatorsResponse(BaseModel):
    scope: str
    cohort: str | None
    as_of: date = Field(description="Le jour de lecture.")
    simulated: bool
    notice: str | None = Field(description="À garder avec les chiffres : dit qu’ils sont simulés, s’ils le sont.")
    indicators: list[FigureResponse]


def figure_response(figure: Figure) -> FigureResponse:
    """A figure with its indicator's name, version and formula."""
    indicator = figure.indicator
    return FigureResponse(
        name=indicator.name,
        version=indicator.version,
        label=indicator.label,
        formula=indicator.formula,
        unit=indicator.unit,
        reference=_reference_response(indicator.reference),
        numerator=figure.numerator,
        denominator=figure.denominator,
        unknown=figure.unknown,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        parts={name: _part_response(part) for name, part in figure.parts.items()},
        masked=figure.masked,
    )


def _reference_response(reference: Reference | None) -> ReferenceResponse | None:
    if reference is None:
        return None
    return ReferenceResponse(value=reference.value, label=reference.label, source=reference.source, published=reference.published)


def _part_response(part: Part) -> PartResponse:
    return ShareResponse(numerator=part.numerator, denominator=part.denominator) if isinstance(part, Share) else part
