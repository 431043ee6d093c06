"""Labelled text that people can read: the one inline notation of the corpus and of the tests.

    [O1 Lê Văn Ân], [T1 Chủ tịch UBND [P xã Hoà Sơn]], trao [A1|true Giấy khen] cho [X1 12 hộ dân]
    [D|2021-06-09 sáng 9-6].

A bracket opens with a letter (O OFFICIAL, T TITLE, P PLACE, D DATE, A AWARD, X an argument of a
relation that is no span of a layer), an optional number by which relations point to it, and
``|value``: the EDTF value of a DATE (required), ``true``/``false`` for the realis of an AWARD
(required), the official code of a PLACE (optional). ``\\[``, ``\\]`` and ``\\\\`` are the characters
themselves. Everything is checked: what does not parse raises :class:`MarkupError` with its place,
for a mark that is silently text would be a test that cannot fail.

Offsets are code points of the plain text, half open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LABELS = {"O": "OFFICIAL", "T": "TITLE", "P": "PLACE", "D": "DATE", "A": "AWARD", "X": "ARGUMENT"}
LETTERS = {label: letter for letter, label in LABELS.items()}

_TOKEN = re.compile(r"\\(?P<escaped>.)|\[(?P<letter>[OTPDAX])(?P<number>\d*)(?:\|(?P<value>[^\s\[\]]*))? |(?P<close>\])|(?P<open>\[)", re.S)


class MarkupError(ValueError):
    """A mark that does not parse; the message names line and column (both from 1)."""


@dataclass
class Mark:
    """One bracket: ``label`` (a layer or ARGUMENT), offsets into the plain text, its ``name``
    (``"T1"``; empty when it has no number) and its ``value`` (None when absent)."""

    label: str
    start: int
    end: int
    name: str = ""
    value: str | None = None


@dataclass
class Marked:
    """Plain text with its marks in order of their opening, and the relations said of them."""

    text: str
    marks: list[Mark]
    relations: list[dict] = field(default_factory=list)

    def named(self, name: str) -> Mark:
        for mark in self.marks:
            if name and mark.name == name:  # marks without a name are not called ""
                return mark
        raise MarkupError(f"no mark is called {name}")


def parse(marked: str, relations: str = "") -> Marked:
    """Read marked text, and lines of relations about its named marks.

    Raises MarkupError on anything that does not parse.
    """
    out: list[str] = []
    length = position = 0
    stack: list[Mark] = []
    marks: list[Mark] = []
    for token in _TOKEN.finditer(marked):
        piece = marked[position : token.start()]
        out.append(piece)
        length += len(piece)
        position = token.end()
        if token["escaped"]:
            if token["escaped"] not in "[]\\":
                raise MarkupError(f"{_where(marked, token.start())}: only \\[ \\] and \\\\ are escapes")
            out.append(token["escaped"])
            length += 1
        elif token["letter"]:
            mark = Mark(LABELS[token["letter"]], length, -1, "", token["value"])
            if token["number"]:
                mark.name = token["letter"] + token["number"]
            mark.opened_at = token.start()  # type: ignore[attr-defined]
            stack.append(mark)
            marks.append(mark)
        elif token["close"]:
            if not stack:
                raise MarkupError(f"{_where(marked, token.start())}: ']' closes nothing")
            mark = stack.pop()
            mark.end = length
            if mark.end == mark.start:
                raise MarkupError(f"{_where(marked, token.start())}: an empty mark")
        else:
            raise MarkupError(f"{_where(marked, token.start())}: '[' opens no known mark (write \\[ for the character)")
    if stack:
        raise MarkupError(f"{_where(marked, stack[-1].opened_at)}: a mark that is never closed")  # type: ignore[attr-defined]
    out.append(marked[position:])
    text = "".join(out)
    seen: set[str] = set()
    for mark in marks:
        where = _where(marked, mark.opened_at)  # type: ignore[attr-defined]
        if mark.label == "DATE" and not mark.value:
            raise MarkupError(f"{where}: a DATE needs its EDTF value: [D|2021-06-09 …]")
        if mark.label == "AWARD" and mark.value not in ("true", "false"):
            raise MarkupError(f"{where}: an AWARD needs its realis: [A|true …] or [A|false …]")
        if mark.label in ("OFFICIAL", "TITLE", "ARGUMENT") and mark.value is not None:
            raise MarkupError(f"{where}: {mark.label} takes no value")
        if mark.name:
            if mark.name in seen:
                raise MarkupError(f"{where}: {mark.name} stands twice")
            seen.add(mark.name)
    result = Marked(text, marks)
    for number, line in enumerate(relations.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            result.relations.append(_relation(line, number, result))
    return result


def _where(text: str, offset: int) -> str:
    line = text.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - text.rfind(chr(10), 0, offset)}"


_KINDS = {"holds": "T", "appointed": "T", "removed": "T"}


def _relation(line: str, number: int, marked: Marked) -> dict:
    """``holds O1 T1 T2`` | ``appointed O1 T2 date=D1`` | ``removed O1 T1`` |
    ``award A1 issuer=T1 presenters=O1,O2 recipients=X1,P2 reason=X3``."""
    kind, *words = line.split()
    where = f"relation line {number}"
    plain = [word for word in words if "=" not in word]
    keys = dict(word.split("=", 1) for word in words if "=" in word)
    for name in plain + [n for names in keys.values() for n in names.split(",")]:
        try:
            marked.named(name)
        except MarkupError as error:
            raise MarkupError(f"{where}: {error}") from None
    if kind in _KINDS:
        if len(plain) < 2 or plain[0][0] != "O" or any(n[0] != "T" for n in plain[1:]) or set(keys) - {"date"}:
            raise MarkupError(f"{where}: '{kind} O1 T1 T2 …' was expected, not '{line}'")
        return {"type": kind, "official": plain[0], "titles": plain[1:], **keys}
    if kind == "award":
        if len(plain) != 1 or plain[0][0] != "A" or set(keys) - {"issuer", "presenters", "recipients", "reason"}:
            raise MarkupError(f"{where}: 'award A1 issuer=… presenters=… recipients=… reason=…' was expected, not '{line}'")
        relation: dict = {"type": "award", "award": plain[0]}
        for key, names in keys.items():
            values = names.split(",")
            if key in ("issuer", "reason") and len(values) > 1:
                raise MarkupError(f"{where}: one {key} a line; two issuers are two relations")
            if key == "presenters" and any(v[0] != "O" for v in values):
                raise MarkupError(f"{where}: presenters are OFFICIALs (O…)")
            relation[key] = values if key in ("presenters", "recipients") else values[0]
        return relation
    raise MarkupError(f"{where}: unknown relation '{kind}'")


def render(text: str, marks: list[Mark]) -> str:
    """The inverse of :func:`parse` (marks must nest; the outer of two equal spans comes first)."""
    events: list[tuple[int, int, int, int, str]] = []
    for order, mark in enumerate(marks):
        value = f"|{mark.value}" if mark.value is not None else ""
        head = f"[{mark.name or LETTERS[mark.label]}{value} "
        events.append((mark.start, 1, -mark.end, order, head))
        events.append((mark.end, 0, -mark.start, -order, "]"))
    events.sort()
    out: list[str] = []
    position = 0
    for offset, _, _, _, piece in events:
        out.append(_escape(text[position:offset]))
        out.append(piece)
        position = offset
    out.append(_escape(text[position:]))
    return "".join(out)


def _escape(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", text)
