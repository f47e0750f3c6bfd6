"""The table of claims: which organisation and role a provider's word of a person gives, from a file, first match first."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.kernel.caller import Caller, Grant

Claims = Mapping[str, Any]
ClaimPath = str | list[str]
"""`groups`, `realm_access.roles`; a list of names where one of them has a dot: [https://etabli/role]."""


UNSAID = ("rules", "str", "list[str]", "bool", "int")
"""Steps to a fault that are pydantic's, or go without saying."""


class Said(yaml.SafeLoader):
    """YAML without a name said twice in one place: of two lists of rules the former would count for nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Raises ConstructorError where a name comes again."""
        names = [name.value for name, _ in node.value]
        if len(names) != len(set(map(str, names))):
            raise yaml.constructor.ConstructorError(problem="a name is said twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


class WrongClaims(ValueError):
    """The file cannot serve: a French sentence that says where."""


class Rule(BaseModel):
    """Whoever's claim is, or holds, this value speaks for this organisation in this role."""

    model_config = ConfigDict(extra="forbid", strict=True)
    claim: ClaimPath = Field(min_length=1)
    value: Annotated[str, Field(min_length=1)] | bool | int
    organisation: str
    role: str

    @model_validator(mode="after")
    def _names_what_there_is(self) -> "Rule":
        self.grant()
        return self

    def grant(self) -> Grant:
        """What it gives. ValueError where there is no such organisation or role."""
        kind, _, tenant = self.organisation.partition(":")
        return Grant.of(kind, tenant, self.role)

    @cached_property
    def mark(self) -> str:
        """What tells it from every other rule, wherever it stands."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def fits(self, claims: Claims) -> bool:
        """Whether it is about this person."""
        said = found(claims, self.claim)
        return any(type(one) is type(self.value) and one == self.value for one in (said if isinstance(said, list) else [said]))


class Table(BaseModel):
    """The whole file. `person` is the claim that history keeps, `name` the one that pages show, `help` whom to turn to."""

    model_config = ConfigDict(extra="forbid", strict=True)
    person: ClaimPath = "sub"
    name: ClaimPath = "name"
    help: str = Field(pattern=r"^[^\x00-\x1f]*[^\s\x00-\x1f][^\x00-\x1f]*$")
    rules: list[Rule] = Field(min_length=1)

    def caller(self, claims: Claims) -> Caller | None:
        """Whom a person speaks for, by the first rule that fits them; None where none does, or nothing names them."""
        sub, rule = found(claims, self.person), self.rule(claims)
        if not (rule and isinstance(sub, str) and sub.strip() and sub.isprintable() and len(sub) <= 255):
            return None
        return rule.grant().held_by(sub)

    def rule(self, claims: Claims) -> Rule | None:
        """The first that fits."""
        return next((rule for rule in self.rules if rule.fits(claims)), None)

    def know(self, mark: str) -> bool:
        """Whether the rule of this mark is there still."""
        return any(rule.mark == mark for rule in self.rules)

    def shown(self, claims: Claims) -> str:
        """The name that pages show; what history keeps, where the provider tells none."""
        names = (found(claims, path) for path in (self.name, self.person))
        return next((one[:80] for one in names if isinstance(one, str) and one.strip() and one.isprintable()), "")


def found(claims: Claims, path: ClaimPath) -> Any:
    """What stands at a path of the claims; None where nothing does. An address that its provider did not verify is nobody's."""
    here: Any = claims
    steps = path.split(".") if isinstance(path, str) else path
    if steps == ["email"] and claims.get("email_verified") is not True:
        return None
    for name in steps:
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def table_in(text: str) -> Table:
    """The table that a file says. Raises WrongClaims."""
    try:
        return Table.model_validate(yaml.load(text, Loader=Said))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (ligne {mark.line + 1})" if mark else ""
        raise WrongClaims(f"ce n’est pas du YAML{where}") from error
    except ValidationError as error:
        raise WrongClaims(" ; ".join(sorted({_said(one["loc"], one["type"]) for one in error.errors()}))) from error
    except (ValueError, RecursionError) as error:  # a date that is none, lists in lists in lists
        raise WrongClaims("ce n’est pas une telle table") from error


def read_table(file: Path) -> Table:
    """The table of a file. Raises WrongClaims."""
    try:
        return table_in(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise WrongClaims("il ne se lit pas") from error


def _said(place: Sequence[int | str], kind: str) -> str:
    """Where a file is wrong, and how, without what it says."""
    steps = [f"règle {one + 1}" if isinstance(one, int) else one for one in place if one not in UNSAID or len(place) == 1]
    where = ", ".join(steps) or "le fichier"
    how = {
        "missing": "manque", "extra_forbidden": "n’est pas connu", "too_short": "est vide", "string_too_short": "est vide",
        "value_error": "ne nomme pas un organisme et un rôle qui existent", "model_type": "n’est pas une table",
    }  # fmt: skip
    return f"{where} : {how.get(kind, 'ne convient pas')}"
