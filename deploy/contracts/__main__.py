"""`python -m deploy.contracts` writes docs/contracts, docs/settings.md, docs/metrics.md, deploy/kafka/access.txt from the code.

With `--check` it writes nothing and fails on any difference.

From the tag v1.0 on nothing published changes: what the last release published is compared too, and a break fails. Until then
a break is only said, and wants a line in docs/decisions.md.
"""

import argparse
import sys
from pathlib import Path

from deploy import access
from deploy.contracts import metrics, settings
from deploy.contracts.compatibility import contract_breaks
from deploy.contracts.documents import FOLDER, ROOT, Contracts, committed, generated, published, text, write

FROZEN = "Une version publiée ne change pas : créez la suivante."
ALLOWED = "Cela change un contrat, ce qui est permis avant v1.0 : une ligne dans docs/decisions.md."


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Exit status 1 on a difference, or on a change of what a release has published."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="ne rien écrire : échouer s’il y a un écart")
    check = parser.parse_args(arguments).check
    wanted, written, released = generated(), committed(root), published(root)
    if broken := contract_breaks(written if released is None else released, wanted):
        say([*broken, ALLOWED if released is None else FROZEN])
        if released is not None:
            return 1
    if not check:
        write(wanted, root)
        settings.write(root)
        metrics.write(root)
        access.write(root)
    drifted = [*drift(wanted, written), *settings.drift(root), *metrics.drift(root), *access.drift(root)] if check else []
    wrong = [*drifted, *strays(wanted, written)]
    say(wrong)
    return 1 if wrong else 0


def drift(wanted: Contracts, written: Contracts) -> list[str]:
    """The documents that are not what the code says."""
    changed = [path for path in wanted if path not in written or text(wanted[path]) != text(written[path])]
    return [f"{FOLDER / path} : le code dit autre chose (make contracts)" for path in changed]


def strays(wanted: Contracts, written: Contracts) -> list[str]:
    """The documents that no code says any more: to be deleted by hand, once one is sure."""
    return [f"{FOLDER / path} : plus rien ne le dit" for path in sorted(written.keys() - wanted.keys())]


def say(lines: list[str]) -> None:
    print("".join(f"{line}\n" for line in lines), end="", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
