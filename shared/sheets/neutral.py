"""Texts that a spreadsheet would run as a formula, written so that it does not, and read back as they were.

OWASP's « CSV injection »: what begins with = + - @, a tab or a line end, in full width too; and what stands so behind a
separator, where a file is opened with another than its own. An apostrophe before it makes it a text.
"""

import re

SIGNS = "=+\\-@＝＋－＠﹢﹣﹦﹫"
"""With those of full width, and the small forms."""
_UNSEEN = "\\s\\x00-\\x1f\\x7f\\xad\\u200b-\\u200f\\u2060\\ufeff"
"""What a spreadsheet passes over before it."""
_FIRST = f"(?='*+(?:[{_UNSEEN}]*+[{SIGNS}]|[\\t\\r\\n]))"
_BEHIND = f"(?P<separator>[;,|\\t\\r\\n](?:(?![\\t\\r\\n])[{_UNSEEN}])*+)"
"""Possessive (`*+`): a long text of spaces takes no longer than another."""
_BEGINS, _WAS_BEGUN = re.compile(f"\\A{_FIRST}"), re.compile(f"\\A'{_FIRST}")
_FOLLOWS, _HAD_FOLLOWED = (re.compile(f"{_BEHIND}{mark}(?P<sign>'*[{SIGNS}])") for mark in ("", "'"))


def neutralised(text: str) -> str:
    """A text that no spreadsheet runs: one apostrophe more before whatever would begin a formula."""
    return _BEGINS.sub("'", _FOLLOWS.sub(r"\g<separator>'\g<sign>", text))


def restored(text: str) -> str:
    """The text that was neutralised; another stays as it is, but for an apostrophe of its writer's before such a sign."""
    return _HAD_FOLLOWED.sub(r"\g<separator>\g<sign>", _WAS_BEGUN.sub("", text))
