"""Lexicons as data: TSV files with a header line, NFC, sorted; ``#`` lines say what the fields mean.

Every row has a ``source``. A missing or damaged file is an error that names file, line and reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from importlib.resources import files

from bantin.errors import LexiconError
from bantin.text.fold import fold


def rows(package: str, name: str, required: Iterable[str] = ()) -> list[dict[str, str]]:
    """The rows of ``bantin/<package>/lexicon/<name>.tsv`` as dictionaries by the header's fields."""
    path = files("bantin").joinpath(package, "lexicon", f"{name}.tsv")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: {error}") from None
    if not unicodedata.is_normalized("NFC", text):
        raise LexiconError(f"{path}: the file is not NFC")
    header: list[str] | None = None
    out: list[dict[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if header is None:
            header = fields
            if missing := {*required, "source"} - set(header):
                raise LexiconError(f"{path}: line {number}: no column {', '.join(sorted(missing))}")
            continue
        if len(fields) != len(header):
            raise LexiconError(f"{path}: line {number}: {len(fields)} fields, the header has {len(header)}")
        out.append(dict(zip(header, fields, strict=True)))
    if not out:
        raise LexiconError(f"{path}: no rows")
    return out


def alternation(forms: Iterable[str]) -> str:
    """A regular expression for any of the forms on folded text, the longest first, spaces flexible."""
    folded = sorted({fold(form) for form in forms}, key=lambda form: (-len(form), form))
    return "|".join(re.escape(form).replace("\\ ", " ") for form in folded)


_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[^\w\s]|_")


def split(form: str) -> tuple[str, ...]:
    """The folded tokens of a form, cut as :class:`bantin.reading.Tokens` cuts a text."""
    return tuple(_TOKEN.findall(fold(form)))


class Gazetteer:
    """Forms of any length found in one pass over a reading's tokens (a trie on folded tokens).

    Built from ``(form, payload)`` pairs; of two pairs with one form the first stands.
    """

    def __init__(self, pairs: Iterable[tuple[str, object]]) -> None:
        self._root: dict = {}
        for form, payload in pairs:
            node = self._root
            for token in split(form):
                node = node.setdefault(token, {})
            node.setdefault("", payload)  # no token is empty

    def longest(self, folded: list[str], at: int) -> tuple[int, object] | None:
        """``(end, payload)`` of the longest form that begins at token ``at``; None if none does."""
        node = self._root.get(folded[at])
        found = None
        index = at + 1
        while node is not None:
            if "" in node:
                found = (index, node[""])
            node = node.get(folded[index]) if index < len(folded) else None
            index += 1
        return found

    def every(self, folded: list[str], at: int) -> list[tuple[int, object]]:
        """All forms that begin at token ``at``, the shortest first."""
        node = self._root.get(folded[at])
        found = []
        index = at + 1
        while node is not None:
            if "" in node:
                found.append((index, node[""]))
            node = node.get(folded[index]) if index < len(folded) else None
            index += 1
        return found

    def scan(self, folded: list[str]) -> list[tuple[int, int, object]]:
        """The longest form at each token where one begins, overlaps included: ``(start, end, payload)``."""
        root = self._root
        out = []
        for at, token in enumerate(folded):
            if token in root and (match := self.longest(folded, at)):
                out.append((at, *match))
        return out
