"""The region: the schools, programmes, grants, agencies and clients of one region, read from a YAML file and checked."""

from datetime import date
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from deploy.local.errors import CannotRun
from shared.events.catalogue import NETWORK, Certification, GrantPurpose, Promotion
from shared.events.production import ClientKind
from shared.events.referral import AgencyKind
from shared.kernel.identifiers import Rncp, Siret, Slug, Uai
from shared.kernel.phones import Phone
from shared.kernel.territories import Commune, Department

FILE = Path(__file__).with_name("bourgogne-franche-comte.yaml")


class Entry(BaseModel):
    """One line of the file. `fictitious` marks what was invented for the demonstration."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fictitious: bool = False


class Contact(Entry):
    """Where a school is reached: its own, nobody's in particular. Invented numbers are from ARCEP's range for fiction."""

    address: str
    phone: Phone


class School(Entry):
    id: Slug
    name: str
    town: str
    commune: Commune
    department: Department
    uai: Uai | None
    siret: Siret | None
    contact: Contact
    programmes: tuple[Slug, ...] = Field(min_length=1)


class Replacement(Entry):
    """The certification that replaced a programme's, and the first day on which it did."""

    since: date
    title: str
    rncp: Rncp | None


class Programme(Entry):
    """Under the words of the convention, and those that replaced them since."""

    id: Slug
    title: str
    certification: Certification
    years: int = Field(ge=1, le=3)
    rncp: Rncp | None
    replaced: tuple[Replacement, ...] = ()

    def title_on(self, day: date) -> str:
        """The title in force on a day."""
        in_force = [one for one in self.replaced if one.since <= day]
        return max(in_force, key=lambda one: one.since).title if in_force else self.title


class Workshop(Entry):
    """A programme in a school, and what no document says of it. `share` is its part of the region's seats, in hundredths."""

    school: Slug
    programme: Slug
    sector: Slug
    dangerous_machines: bool
    share: PositiveInt
    promotion: Promotion


class Grant(Entry):
    holder: Slug
    purpose: GrantPurpose
    civil_year: int = Field(ge=2000, le=2100)
    amount_euros: PositiveInt


class Instalment(Entry):
    month: int = Field(ge=1, le=12)
    percent: PositiveInt


class Agency(Entry):
    id: Slug
    kind: AgencyKind
    name: str
    department: Department


class Client(Entry):
    name: str
    kind: ClientKind


class Region(Entry):
    name: str
    funder: Slug
    schools: tuple[School, ...]
    programmes: tuple[Programme, ...]
    workshops: tuple[Workshop, ...]
    grants: tuple[Grant, ...]
    instalments: tuple[Instalment, ...]
    agencies: tuple[Agency, ...]
    clients: tuple[Client, ...]

    @model_validator(mode="after")
    def is_consistent(self) -> Self:
        known = {programme.id for programme in self.programmes}
        taught = [(school.id, programme) for school in self.schools for programme in school.programmes]
        if unknown := sorted({programme for _, programme in taught} - known):
            raise ValueError(f"Formations enseignées mais non décrites : {', '.join(unknown)}.")
        if sorted(taught) != sorted((workshop.school, workshop.programme) for workshop in self.workshops):
            raise ValueError("Chaque formation d’une école a un atelier et un seul, avec son secteur et sa part de places.")
        if strangers := sorted({grant.holder for grant in self.grants} - {NETWORK, *(school.id for school in self.schools)}):
            raise ValueError(f"Subventions d’un porteur inconnu : {', '.join(strangers)}.")
        if sum(instalment.percent for instalment in self.instalments) != 100:
            raise ValueError("Les versements d’une subvention font 100 centièmes.")
        return self

    def programme(self, id: str) -> Programme:
        return next(programme for programme in self.programmes if programme.id == id)

    def kind_of(self, agency: str) -> AgencyKind:
        return next(one.kind for one in self.agencies if one.id == agency)


def load(file: Path = FILE) -> Region:
    """The region of a file. CannotRun says in French what is wrong, and where."""
    try:
        return Region.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CannotRun(f"Le fichier de la région n’existe pas : {file}.") from None
    except yaml.YAMLError as error:
        raise CannotRun(f"{file.name} n’est pas du YAML lisible : {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise CannotRun("\n".join([f"{file.name} décrit mal la région :", *map(_in_french, error.errors())])) from None


SENTENCES = {
    "missing": "il manque",
    "extra_forbidden": "ce champ n’est pas connu",
    "enum": "cette valeur n’est pas dans la liste permise",
    "int_parsing": "un nombre entier est attendu",
    "string_type": "un texte est attendu (entre guillemets s’il n’a que des chiffres)",
    "string_pattern_mismatch": "un identifiant s’écrit en minuscules, chiffres et tirets",
    "greater_than": "ce nombre est trop petit",
    "greater_than_equal": "ce nombre est trop petit",
    "less_than_equal": "ce nombre est trop grand",
    "too_short": "il manque au moins un élément",
    "tuple_type": "une liste est attendue",
    "model_type": "des champs nommés sont attendus",
}


def _in_french(error: object) -> str:
    assert isinstance(error, dict)
    where = " › ".join(str(step + 1) if isinstance(step, int) else step for step in error["loc"])
    sentence = SENTENCES.get(error["type"]) or str(error.get("ctx", {}).get("sentence") or error.get("ctx", {}).get("error", ""))
    return f"- {where} : {sentence or error['type']}" if where else f"- {sentence}"
