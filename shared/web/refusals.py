"""Why a demand is refused, in the same words whichever way it came: by a rule of ours, or by its form as pydantic found it.

Never with a value that was sent.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared.kernel.errors import Invalid, Problem

SENTENCES: Mapping[str, str] = {
    "missing": "Ce champ est obligatoire.",
    "json_invalid": "Le JSON est mal formé.",
    "extra_forbidden": "Un champ qui n’est pas connu s’y trouve.",
    "unknown_parameter": "Un paramètre de cette adresse n’est pas connu.",
    "date_from_datetime_parsing": "Cette date n’est pas valable ; on l’écrit 2026-09-01.",
    "date_parsing": "Cette date n’est pas valable ; on l’écrit 2026-09-01.",
    "date_type": "Une date est attendue, écrite 2026-09-01.",
    "uuid_parsing": "Cet identifiant n’est pas valable.",
    "uuid_type": "Cet identifiant n’est pas valable.",
    "enum": "Cette valeur n’est pas dans la liste permise.",
    "literal_error": "Cette valeur n’est pas dans la liste permise.",
    "union_tag_invalid": "Cette valeur n’est pas dans la liste permise.",
    "union_tag_not_found": "Il y manque ce qui dit de quelle sorte il s’agit.",
    "int_parsing": "Un nombre entier est attendu.",
    "bool_type": "Vrai ou faux est attendu.",
    "datetime_type": "Un instant est attendu, écrit 2026-09-01T08:00:00+02:00.",
    "float_type": "Un nombre est attendu, sans guillemets.",
    "finite_number": "Un nombre est attendu.",
    "int_type": "Un nombre entier est attendu.",
    "int_from_float": "Un nombre entier est attendu.",
    "string_type": "Un texte est attendu.",
    "string_unicode": "Ce texte contient un signe qui ne peut s’écrire.",
    "tuple_type": "Une liste est attendue.",
    "list_type": "Une liste est attendue.",
    "string_too_short": "Ce texte est trop court.",
    "string_too_long": "Ce texte est trop long.",
    "string_pattern_mismatch": "Ce texte n’a pas la forme attendue.",
    "too_long": "Il y a trop d’éléments.",
    "too_short": "Il manque au moins un élément.",
    "greater_than": "Ce nombre est trop petit.",
    "greater_than_equal": "Ce nombre est trop petit.",
    "less_than_equal": "Ce nombre est trop grand.",
    "less_than": "Ce nombre est trop grand.",
    "model_attributes_type": "Un objet JSON est attendu.",
}


class FieldProblem(BaseModel):
    """Where a request is wrong: the field's path, empty for the whole, and a French sentence; never its value."""

    field: str
    detail: str


@dataclass(frozen=True)
class Refusal:
    """What a problem says over HTTP, for every channel: the status there, a stable code, a French sentence, and fields."""

    status: int
    code: str
    detail: str
    errors: tuple[FieldProblem, ...] = ()


OUT_OF_RANGE = Refusal(422, "out_of_range", "Un nombre ou une date dépasse ce que l’on sait garder.")


def by_a_rule(problem: Problem) -> Refusal:
    """What a rule said no to."""
    fields = problem.fields if isinstance(problem, Invalid) else {}
    errors = tuple(FieldProblem(field=field, detail=detail) for field, detail in fields.items())
    return Refusal(problem.status, problem.code, problem.sentence, errors)


def by_its_form(errors: Sequence[Mapping[str, Any]], known: Container[str]) -> Refusal:
    """What pydantic found wrong. `known` are the names of fields that may be said back."""
    fields = [FieldProblem(field=_path(one, known), detail=sentence_of(one)) for one in errors]
    types = {one["type"] for one in errors}
    detail = " ".join(f"{one.field} : {one.detail}" if one.field else one.detail for one in fields[:5])
    if "json_invalid" in types:
        return Refusal(400, "malformed", detail, tuple(fields))
    rules_alone = types == {"value_error"}  # ours, between fields that are each right
    return Refusal(422, "inconsistent" if rules_alone else "invalid", detail, tuple(fields))


def sentence_of(error: Mapping[str, Any]) -> str:
    """What pydantic found wrong, in French. A rule of ours has its own sentence."""
    context = error.get("ctx", {})
    if "sentence" in context:
        return str(context["sentence"])
    if error["type"] == "value_error":
        return str(context["error"])
    return SENTENCES.get(error["type"], "Cette valeur n’est pas acceptée.")


def _path(error: Mapping[str, Any], known: Container[str]) -> str:
    """Where a field stands; never a name that the sender made up, which what is too much always is."""
    steps: Iterable[int | str] = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(str(step) for step in steps if isinstance(step, int) or step in known)
