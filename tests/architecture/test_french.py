"""How French is typed in what people read."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ELISION = re.compile(r"(?:\b|\\n)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|aujourd)'(?=[aehiouyàâéèêîôû])", re.IGNORECASE)
NOT_SENTENCES = {"shared/web/pages/french.py", "deploy/local/kafka.py"}
"""Where an apostrophe quotes a word in a pattern for dates."""


def _texts(file: Path) -> list[str]:
    source = file.read_text()
    if file.suffix != ".py":
        return source.splitlines()
    return [token.string for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.STRING]


@pytest.mark.parametrize("folder", ["shared", "services", "deploy"])
def test_sentences_have_the_apostrophe_of_french(folder: str) -> None:
    files = [file for kind in ("py", "html") for file in sorted((ROOT / folder).rglob(f"*.{kind}"))]
    typewritten = [
        (str(file), text)
        for file in files
        if str(file.relative_to(ROOT)) not in NOT_SENTENCES
        for text in _texts(file)
        if ELISION.search(text)
    ]
    assert typewritten == []
