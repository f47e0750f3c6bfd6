"""Write the official list of departments and communes anew: `python -m deploy.territories FOLDER`.

FOLDER is where the npm package was unpacked, once a year (INSEE's code changes on the first of January):
`npm pack @etalab/decoupage-administratif && tar xzf etalab-decoupage-administratif-*.tgz` makes `package`.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from shared.kernel.territories import LIST

HEADER = """\
# Code officiel géographique (INSEE) : départements, collectivités d’outre-mer, et leurs communes.
# Source : @etalab/decoupage-administratif {version} (npm), par Etalab, d’après l’INSEE. Licence MIT. Publié en {published}.
# Communes actuelles, déléguées, associées, arrondissements municipaux ; codes d’avant une réunion, sauf si c’est un code postal.
# Une ligne : le département, son nom, puis la fin des codes de ses communes (39 … 198 : 39198). Écrit par deploy/territories.py.
"""


def main(folder: Path) -> None:
    """Read the package, write the list."""
    package = json.loads((folder / "package.json").read_text())
    published = f"{_modified(folder):%Y-%m}"
    departments = json.loads((folder / "data" / "departements.json").read_text())
    communes = json.loads((folder / "data" / "communes.json").read_text())
    lines = written(departments, codes_of(communes))
    LIST.write_text(HEADER.format(version=package["version"], published=published) + "\n".join(lines) + "\n")


def codes_of(communes: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every code that the list knows, of today or of before a union; an old one not where it is a postcode today."""
    communes = list(communes)
    listed = {commune["code"] for commune in communes}
    old = {code for commune in communes for code in commune.get("anciensCodes", ())}
    postcodes = {code for commune in communes for code in commune.get("codesPostaux", ())}
    return listed | (old - postcodes)  # 75001, Aubervilliers until 1967, is Paris to whoever types it


def written(departments: Iterable[Mapping[str, Any]], codes: Iterable[str]) -> Iterator[str]:
    """One line per department, by code."""
    ordered = sorted(codes)
    for department in sorted(departments, key=lambda one: str(one["code"])):
        code = str(department["code"])
        ends = [one[len(code) :] for one in ordered if one.startswith(code)]
        yield f"{code} {department['nom']}: {' '.join(_ranges(ends))}"


def _ranges(ends: Sequence[str]) -> Iterator[str]:
    """001-004 006: consecutive ends together."""
    for _, run in groupby(enumerate(ends), key=lambda ranked: int(ranked[1]) - ranked[0]):
        own = [end for _, end in run]
        yield own[0] if len(own) == 1 else f"{own[0]}-{own[-1]}"


def _modified(folder: Path) -> datetime:
    return datetime.fromtimestamp((folder / "package.json").stat().st_mtime, UTC)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
