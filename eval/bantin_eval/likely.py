"""Likely misses: surfaces that are nearly always labelled, standing unlabelled in an article.

These are hunts, not rules: what they find is either mended or excused by a line with its reason in
``corpus/allowed.tsv``. The word lists are data, ``corpus/surfaces.tsv``. Offsets are code points of
``article.marked.text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from bantin.errors import BantinError
from bantin.text.fold import CAPITALS, fold

from bantin_eval.check import Article, Finding

_UPPER = f"[{CAPITALS}]"
_NAME = rf"{_UPPER}[\w'’]*(?:[ -]{_UPPER}[\w'’]*)*"


class Surfaces:
    """``corpus/surfaces.tsv``: the forms of each kind, and their expressions on folded text.

    Raises BantinError for a file that is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.forms: dict[str, list[str]] = {}
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BantinError(f"{path}: {error}") from None
        rows = [(number, line.split("\t")) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
        for number, row in rows[1:]:
            if len(row) != 3:
                raise BantinError(f"{path}: line {number}: three fields were expected")
            # "Báo" opens a newspaper's name, "báo" is to report: closed names are matched as they are written.
            self.forms.setdefault(row[0], []).append(row[1] if row[0] == "closed" else fold(row[1]))
        if missing := {"address", "official_address", "rank", "post", "award", "place", "closed"} - set(self.forms):
            raise BantinError(f"{path}: no row of kind {', '.join(sorted(missing))}")

    def any(self, *kinds: str) -> str:
        forms = sorted({form for kind in kinds for form in self.forms[kind]}, key=lambda form: (-len(form), form))
        return "(?:" + "|".join(map(re.escape, forms)) + ")"

    @cached_property
    def officials(self) -> re.Pattern:
        return re.compile(rf"(?<!\w){self.any('official_address', 'rank')} ")

    @cached_property
    def posts(self) -> re.Pattern:
        return re.compile(rf"(?<!\w)(?<!một )(?<!các )(?<!những ){self.any('post')}(?!\w)")

    @cached_property
    def awards(self) -> re.Pattern:
        return re.compile(rf"(?<!\w){self.any('award')}(?!\w)")

    @cached_property
    def places(self) -> re.Pattern:
        return re.compile(rf"(?<!\w)(?<!già )(?<!hội )(?<!hợp tác )(?<!yêu ){self.any('place')} ?")

    @cached_property
    def address(self) -> re.Pattern:
        return re.compile(rf"(?<!\w){self.any('address', 'rank')} $")

    @cached_property
    def closed(self) -> re.Pattern:
        """A closed name's opening within the same clause, directly before a place."""
        return re.compile(rf"(?<!\w){self.any('closed')}(?: [^.,;:()\n]{{0,60}})?$")


def hunt(article: Article, surfaces: Surfaces) -> Iterator[Finding]:
    """Everything in the article that looks like a miss."""
    text = article.marked.text
    folded = fold(text)
    covered = _Cover(article)

    def found(rule: str, start: int, end: int, reason: str) -> Finding:
        return Finding(article.name, article.line(start), rule, text[start:end], reason)

    yield from _known_names(article, surfaces, text, folded, covered, found)
    yield from _known_places(article, surfaces, text, folded, covered, found)
    for match in surfaces.officials.finditer(folded):
        name = re.match(_NAME, text[match.end() :])
        if name and not covered(match.end()) and not covered(match.start()) and not surfaces.posts.match(folded, match.end()) and not surfaces.officials.match(folded, match.end()):
            yield found("miss-official", match.end(), match.end() + name.end(), "a name after a rank or đồng chí, no OFFICIAL")
    for match in surfaces.posts.finditer(folded):
        after = re.match(rf" ?(?:{_NAME})", text[match.end() :])
        if not covered(match.start()) and after and not surfaces.closed.search(text[max(0, match.start() - 40) : match.start()]):
            yield found("miss-title", match.start(), match.end() + after.end(), "the name of a post, no TITLE")
    for match in surfaces.awards.finditer(folded):
        # "danh hiệu" alone is also a general notion: a name in quotation marks must follow it.
        if not covered(match.start()) and (match[0] != "danh hiệu" or re.match(r" [“\"']", text[match.end() :])):
            yield found("miss-award", match.start(), match.end(), "the name of an award, no AWARD")
    for match in surfaces.places.finditer(folded):
        name = re.match(rf"(?:{_NAME}|\d+[A-Za-z]?(?=[;.)]|,(?!\d)))", text[match.end() :]) if match[0].endswith((" ", ".")) else None
        # A class noun in capitals is as often a family name (Hồ) or a title line.
        if name and text[match.start()].islower() and not covered(match.start()) and not covered(match.end()) and not surfaces.closed.search(text[max(0, match.start() - 60) : match.start()]):
            yield found("miss-place", match.start(), match.end() + name.end(), "a class noun with a name, no PLACE")
    for pattern, reason in _DATES:
        for match in pattern.finditer(folded):
            if not covered(match.start()) and not covered(match.end() - 1):
                yield found("miss-date", match.start(), match.end(), reason)
    yield from _known_posts(article, text, covered, found)


# Folded like the text they are matched on ("giai đoạn" → "giai đọan").
_DATES = tuple((re.compile(fold(pattern)), reason) for pattern, reason in (
    (r"(?<![\d/.-])\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d\d(?!\d|/\w)", "a full date, no DATE"),
    (r"(?<!\w)ngày \d{1,2} tháng \d{1,2}(?: năm \d{4})?", "a full date, no DATE"),
    (r"(?<!\w)ngày \d{1,2}\s?[/.-]\s?\d{1,2}(?!\d)", "a day, no DATE"),
    (r"(?<!\w)năm (?:19|20)\d\d(?!\d)", "a year, no DATE"),
    (r"(?<!\w)tháng (?:\d{1,2}|giêng|chạp)(?![\w,]| (?:tuổi|ngày|lương|triệu))", "a month, no DATE"),
    (r"(?<!\w)(?<!mấy )(?<!\d )(?:hôm qua|hôm nay|sáng nay|chiều nay|tối qua|chiều qua|cùng ngày|năm nay|năm ngoái|sang năm|tết nguyên đán)(?!\w)", "a word that names a day or year, no DATE"),
    (r"(?<!\w)(?:nhiệm kỳ|giai đoạn|năm học) \d{4}", "a term, no DATE"),
))  # fmt: skip


class _Cover:
    """Is an offset inside a span (an ARGUMENT does not count), or in what guidelines leave out?"""

    def __init__(self, article: Article) -> None:
        self.inside = bytearray(len(article.marked.text) + 1)
        for mark in article.marked.marks:
            if mark.label != "ARGUMENT":
                self.inside[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
        if prefix := re.match(r" date \d{4}-\d\d ", article.marked.text):
            self.inside[: prefix.end()] = b"\1" * prefix.end()

    def __call__(self, offset: int) -> bool:
        return bool(self.inside[offset])

    def touches(self, start: int, end: int) -> bool:
        return any(self.inside[start:end])


def _bounded(needle: str) -> re.Pattern:
    return re.compile(rf"(?<!\w){re.escape(needle)}(?!\w)")


def _known_names(article: Article, surfaces: Surfaces, text: str, folded: str, covered: _Cover, found) -> Iterator[Finding]:
    """A name that is an OFFICIAL elsewhere in the file: whole anywhere, its last syllables after a form of address."""
    names = {text[mark.start : mark.end] for mark in article.marked.marks if mark.label == "OFFICIAL"}
    given = {name.split()[-1].title() for name in names}
    for name in sorted(names | given):
        whole = " " in name
        for match in _bounded(fold(name)).finditer(folded):
            if covered.touches(match.start(), match.end()) or not text[match.start()].isupper() or surfaces.closed.search(text[max(0, match.start() - 40) : match.start()]):
                continue
            if whole or surfaces.address.search(folded[max(0, match.start() - 20) : match.start()]):
                if not whole and re.match(rf" {_UPPER}", text[match.end() :]):
                    continue  # the first syllable of somebody else's name
                yield found("miss-official", match.start(), match.end(), "an OFFICIAL elsewhere in this article")


def _known_places(article: Article, surfaces: Surfaces, text: str, folded: str, covered: _Cover, found) -> Iterator[Finding]:
    """A place that is labelled elsewhere in the file, with and without its class noun."""
    forms: set[str] = set()
    for mark in article.marked.marks:
        if mark.label == "PLACE":
            surface = text[mark.start : mark.end]
            forms.add(surface)
            if bare := re.search(rf"(?:^|(?<= )){_NAME}$", surface):
                forms.add(bare[0])
    for form in sorted(forms):
        if " " not in form and "." not in form and len(form) < 4:
            continue
        for match in _bounded(fold(form)).finditer(folded):
            start, end = match.span()
            if covered.touches(start, end) or not text[start].isupper() or surfaces.closed.search(text[max(0, start - 60) : start]):
                continue
            if text[start - 1 : start] in ("-", "–") or re.search(rf"{_UPPER}[\w'’]* $", text[:start][-12:]) or re.match(rf" {_UPPER}", text[end:]):
                continue  # a part of a longer name
            yield found("miss-place", start, end, "a PLACE elsewhere in this article")


def _known_posts(article: Article, text: str, covered: _Cover, found) -> Iterator[Finding]:
    """A name and a post in apposition without a relation between them."""
    marks = [mark for mark in article.marked.marks if mark.label in ("OFFICIAL", "TITLE")]
    related = {(relation["official"], title) for relation in article.marked.relations if relation["type"] != "award" for title in relation["titles"]}
    taken = {title for _, title in related}
    for first, second in pairwise(marks):
        between = text[first.end : second.start]
        if first.label == "OFFICIAL" and second.label == "TITLE" and re.fullmatch(r",? \(?|\s[-–]\s", between):
            pair = (first.name, second.name)
        elif first.label == "TITLE" and second.label == "OFFICIAL" and between == " ":
            pair = (second.name, first.name)
        else:
            continue
        # A title that belongs to the next name ("A, Bí thư B, …") is in a relation already.
        if pair not in related and second.name not in taken and first.name not in taken:
            yield found("miss-relation", first.start, second.end, "a name and its post without holds")
