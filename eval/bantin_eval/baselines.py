"""What stands beside bantin in one command, offline: tools and rules that need no training of ours.

``underthesea ner``   its conditional random field, sentence by sentence (the call is quadratic): PER as
                      OFFICIAL (every person, so precision is low by definition), LOC as PLACE
``dateparser``        ``search_dates`` by sentence in Vietnamese (an optional package of the ``test`` extra):
                      DATE, its extent alone
``surname + gazetteer`` a regex: one of the 27 common surnames with one to four capitalised syllables as OFFICIAL; a class
                      noun with a capitalised name or number, or a province's name, as PLACE; numeric days
                      and "năm 2021" as DATE

Each is scored on its own labels only: compare it with bantin's line label by label.
"""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from bantin.lexicon import rows
from bantin.reading import Reading
from bantin.training import article_of

from bantin_eval import systems

_UNDERTHESEA = {"PER": "OFFICIAL", "LOC": "PLACE"}


def run(gold: Sequence[dict], pred: Sequence[dict], labels: Sequence[str], progress: Callable[[], None] = lambda: None) -> list[dict]:
    """The lines of the table; ``pred``: what bantin found."""
    lines = [systems.line("bantin", gold, pred, labels, "compare label by label: the sums of each line are over its own labels")]
    for name, own, find, note in (
        ("underthesea ner", ("OFFICIAL", "PLACE"), _by_underthesea, "by sentence; every person as OFFICIAL"),
        ("dateparser", ("DATE",), _by_dateparser, "search_dates by sentence, Vietnamese"),
        ("surname + gazetteer", ("OFFICIAL", "PLACE", "DATE"), _by_pattern, "a regex of surnames, class nouns, provinces and numeric days"),
    ):
        kept = [label for label in own if label in labels]
        try:
            made = [systems.record(article, find(article)) for article in gold]
        except ModuleNotFoundError as error:
            lines.append({"name": name, "exact": None, "overlap": None, "labels": {}, "relations": None, "note": f"not installed ({error.name})"})
        else:
            lines.append(systems.line(name, gold, made, kept, note, relations=False))
        progress()
    return lines


def _by_underthesea(article: dict) -> list[tuple[str, int, int]]:
    from underthesea import ner

    reading = Reading(article_of(article))
    out: list[tuple[str, int, int]] = []
    for first, last in reading.sentences:
        sentence = reading.text[first:last]
        open_span: list | None = None
        position = 0
        for word, _, _, tag in ner(sentence) if sentence.strip() else []:
            start, end = _next(sentence, position, word)
            position = end
            label = _UNDERTHESEA.get(tag[2:])
            if open_span and not (tag[:1] == "I" and label == open_span[0]):
                out.append((open_span[0], *reading.source.to_raw(first + open_span[1], first + open_span[2])))
                open_span = None
            if label:
                open_span = [label, open_span[1] if open_span else start, end]
        if open_span:
            out.append((open_span[0], *reading.source.to_raw(first + open_span[1], first + open_span[2])))
    return out


def _next(text: str, position: int, word: str) -> tuple[int, int]:
    """Where the characters of ``word`` stand next, spaces apart (words are not searched for: they may be changed)."""
    while position < len(text) and text[position].isspace():
        position += 1
    start = position
    for _ in range(sum(not character.isspace() for character in word)):
        while position < len(text) and text[position].isspace():
            position += 1
        position = min(position + 1, len(text))
    return start, max(position, start)


def _by_dateparser(article: dict) -> list[tuple[str, int, int]]:
    from dateparser.search import search_dates

    logging.getLogger("dateparser").setLevel(logging.ERROR)
    reading = Reading(article_of(article))
    out: list[tuple[str, int, int]] = []
    for first, last in reading.sentences:
        sentence = reading.text[first:last]
        position = 0
        found = None
        with contextlib.suppress(ValueError, OverflowError, RecursionError):  # it raises on some numbers
            found = search_dates(sentence, languages=["vi"])
        for piece, _ in found or []:
            at = sentence.find(piece, position)
            if at >= 0 and piece.strip():
                start = at + len(piece) - len(piece.lstrip())
                out.append(("DATE", *reading.source.to_raw(first + start, first + at + len(piece.rstrip()))))
                position = at + len(piece)
    return out


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern]]:
    upper = "".join(chr(code) for code in (*range(0x41, 0x1B1), *range(0x1EA0, 0x1EFA)) if chr(code).isupper())
    capital = rf"[{upper}][\w'’]*"
    surnames = "|".join(sorted({re.escape(row["form"]) for row in rows("officials", "surnames") if row["use"] == "common"}))
    classes = sorted({row["form"] for row in rows("places", "classes")}, key=len, reverse=True)
    nouns = "|".join(re.escape(form) for form in classes)
    from bantin.places import units

    provinces = "|".join(sorted({re.escape(unit.name) for unit in units.load() if unit.level == 1}, key=len, reverse=True))
    return [
        ("OFFICIAL", re.compile(rf"\b(?:{surnames})(?: {capital}){{1,4}}")),
        ("PLACE", re.compile(rf"\b(?:{nouns}) (?:\d+[A-Z]?\b|{capital}(?: {capital}){{0,3}})|\b(?:{provinces})\b")),
        ("DATE", re.compile(r"\b(?:ngày |Ngày )?\d{1,2}[/-]\d{1,2}(?:[/-]\d{4})?\b|\b(?:ngày|Ngày) \d{1,2} tháng \d{1,2}(?: năm \d{4})?|\b(?:tháng|Tháng) \d{1,2}[/-]\d{4}\b|\b(?:năm|Năm) \d{4}\b")),
    ]


def _by_pattern(article: dict) -> list[tuple[str, int, int]]:
    reading = Reading(article_of(article))
    return [(label, *reading.source.to_raw(*match.span())) for label, pattern in _patterns() for match in pattern.finditer(reading.text)]
