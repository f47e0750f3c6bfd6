"""Words as people type them, compared: accents, case, signs, articles and plurals aside, and usual synonyms as one."""

import re
from collections.abc import Mapping

from anyascii import anyascii

_PASSED_OVER = "a au aux candidat d de des du e eleve en et jeune l la le legal legale les n no num numero s un une"
PASSED_OVER = frozenset(_PASSED_OVER.split(" "))
"""Words that tell no column from another."""
_SAME = {
    "telephone": "tel phone portable mobile gsm",
    "email": "mail courriel mel",
    "reference": "ref id identifiant",
    "conseiller": "conseillere referent referente",
    "representant": "representante responsable parent",
    "lien": "parente filiation",
    "ecole": "etablissement",
    "formation": "programme",
    "voeu": "souhait choix",
    "secteur": "metier",
    "departement": "dept dpt",
    "naissance": "nais",
    "classe": "clas",
    "sortie": "sorti",
    "ne": "nee",
    "informe": "informee",
    "oriente": "orientee",
    "insee": "cog",
}
SYNONYMS: Mapping[str, str] = {other: word for word, others in _SAME.items() for other in others.split()}


def plain(text: str) -> str:
    """A text in small letters, signs as spaces: « Né(e) le » is « ne e le »."""
    return " ".join(re.findall(r"[a-z0-9]+", anyascii(re.sub("[°º]", " ", text)).casefold()))


def key_of(heading: str) -> frozenset[str]:
    """What tells a column's heading from others, whatever the order of its words; empty where nothing does."""
    apart = re.sub(r"(?<=[a-z])(?=[0-9])", " ", plain(heading))
    return frozenset(_word(word) for word in apart.split() if word not in PASSED_OVER)


def _word(word: str) -> str:
    singular = re.sub(r"[sx]$", "", word) if len(word) > 3 else word
    return SYNONYMS.get(word) or SYNONYMS.get(singular, singular)
