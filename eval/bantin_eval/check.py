"""What `bantin corpus check` demands of one labelled article (corpus/guidelines.md, version 1).

A reason is a :class:`Finding`: file, line of the file, rule, the words it is about, what is wrong. These rules
hold without exception; what only looks like a miss is hunted in :mod:`bantin_eval.likely`.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from bantin.gold import GoldError, split_marked, to_record
from bantin.markup import Mark, Marked, MarkupError
from edtf import parse_edtf

NESTS = {("PLACE", "TITLE"), ("PLACE", "AWARD"), ("DATE", "AWARD")}
_PAIRS = {")": "(", "”": "“", '"': '"', "’": "‘", "'": "'", "»": "«"}
_NEEDED = ("genre", "province")


@dataclass(frozen=True)
class Finding:
    """One broken rule. ``line`` counts from 1 in the file; 0 where no line can be named."""

    path: str
    line: int
    rule: str
    surface: str
    reason: str

    def __str__(self) -> str:
        about = f" «{' '.join(self.surface.split())}»" if self.surface else ""
        return f"{self.path}:{self.line}: {self.rule}:{about} {self.reason}"


@dataclass
class Article:
    """One marked file as the checks see it: ``marked`` before ``form`` and ``newline`` change the text,
    ``record`` after it; ``first`` the file's line where the text begins."""

    path: Path
    name: str
    header: dict[str, str]
    marked: Marked
    record: dict
    first: int
    relations_at: int

    def line(self, offset: int) -> int:
        """The file's line of an offset of ``marked.text``."""
        return self.first + self.marked.text.count("\n", 0, offset)


def load(path: Path, root: Path) -> Article | Finding:
    """The article, or why it cannot be read."""
    name = path.relative_to(root).as_posix()
    try:
        raw = path.read_text(encoding="utf-8")
        header, marked = split_marked(raw)
        record = to_record(path.relative_to(root).with_suffix("").as_posix(), header, marked)
    except (OSError, UnicodeDecodeError, MarkupError, GoldError) as error:
        message = " ".join(str(error).split())
        line = re.match(r"(?:file )?line (\d+)(?:, column \d+)?: ", message)
        return Finding(name, int(line[1]) if line else 0, "format", "", message[line.end() :] if line else message)
    before = raw.split("--- text\n", 1)[0]
    return Article(path, name, header, marked, record, before.count("\n") + 2, raw.count("\n", 0, raw.rindex("\n--- relations")) + 3)


def check_article(article: Article) -> Iterator[Finding]:
    """Every rule that the article breaks."""

    def found(rule: str, reason: str, mark: Mark | None = None, line: int = 0) -> Finding:
        text = article.marked.text
        return Finding(article.name, article.line(mark.start) if mark else line, rule, text[mark.start : mark.end] if mark else "", reason)

    yield from _header(article)
    for span in article.record["spans"]:
        if article.record["text"][span["start"] : span["end"]] != span["surface"]:
            yield Finding(article.name, 0, "offsets", span["surface"], "the surface is not the slice of the text")
    text = article.marked.text
    for mark in article.marked.marks:
        for edge in _edges(text, mark):
            yield found("edges", edge, mark)
        if mark.label == "DATE":
            for reason in _value(text[mark.start : mark.end], mark.value or ""):
                yield found("value", reason, mark)
    spans = [mark for mark in article.marked.marks if mark.label != "ARGUMENT"]
    for a, b in combinations(spans, 2):
        if a.start < b.end and b.start < a.end:
            inner, outer = (a, b) if a.end - a.start <= b.end - b.start else (b, a)
            inside = outer.start <= inner.start and inner.end <= outer.end
            if not inside or (inner.label, outer.label) not in NESTS or (a.start, a.end) == (b.start, b.end):
                yield found("nesting", f"{a.label} and {b.label} may not overlap", a)
    yield from _relations(article)


def _header(article: Article) -> Iterator[Finding]:
    def wrong(reason: str) -> Finding:
        return Finding(article.name, 1, "header", "", reason)

    published = article.header.get("published", "")
    if published and not _calendar(published):
        yield wrong(f"published: '{published}' is no day, month or year")
    for key in _NEEDED:
        if not article.header.get(key):
            yield wrong(f"no {key}")
    prefix = re.match(r" date (\d{4}-\d\d) ", article.marked.text)
    if prefix and prefix[1] != published[:7]:
        yield wrong(f"the text begins with ' date {prefix[1]}', published is '{published}'")
    if not article.marked.text.strip():
        yield wrong("no text")


def _calendar(written: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", written):
        return False
    try:
        datetime.date.fromisoformat((written + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _edges(text: str, mark: Mark) -> Iterator[str]:
    surface = text[mark.start : mark.end]
    for side, character in (("begins", surface[0]), ("ends", surface[-1])):
        if character.isspace():
            yield f"{mark.label} {side} with a space"
        elif unicodedata.category(character)[0] == "P" and not _paired(surface, mark.label):
            yield f"{mark.label} {side} with '{character}'"
    if mark.start and text[mark.start - 1].isalnum() and surface[0].isalnum():
        yield f"{mark.label} begins inside a word"
    if mark.end < len(text) and text[mark.end].isalnum() and surface[-1].isalnum():
        yield f"{mark.label} ends inside a word"
    if "\n\n" in surface and mark.label != "ARGUMENT":
        yield f"{mark.label} runs over an empty line"


def _paired(surface: str, label: str) -> bool:
    """A closing bracket or quotation mark at the end is an edge only if its partner is inside."""
    if label == "ARGUMENT":
        return True
    last = surface[-1]
    opens_well = unicodedata.category(surface[0])[0] != "P" or (label == "AWARD" and surface[0] in "“\"'‘«")
    closes_well = unicodedata.category(last)[0] != "P" or (last in _PAIRS and _PAIRS[last] in surface[:-1] and (label == "AWARD" or last == ")"))
    return opens_well and closes_well


# What is written in figures fixes part of the value.
_DAY = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?(?:[/.-]|\s+tháng\s+)\s?(\d{1,2})(?:\s?(?:[/.-]|\s+năm\s+)\s?(\d{4}))?(?![\d/%])")
_MONTH = re.compile(r"tháng\s+(\d{1,2})(?:\s?[/.-]\s?|\s+năm\s+)(\d{4})(?!\d)")
_LONE_YEAR = re.compile(r"(?:năm\s+)?(\d{4})")
_QUARTER = re.compile(r"qu[yý]\s+(iv|i{1,3}|[1-4])(?:\s*/\s*|\s+năm\s+|\s+)?(\d{4})?")
_TERM = re.compile(r"(?:nhiệm kỳ|giai đoạn|năm học|từ năm)?\s*(?:năm )?(\d{4})\s*(?:[-–/]|đến(?: năm)?)\s*(\d{4})")
_LUNAR = ("tết", "âm lịch", "chạp", "giêng", "năm giáp", "năm ất", "năm bính", "năm đinh", "năm mậu", "năm kỷ", "năm canh", "năm tân", "năm nhâm", "năm quý", "bính tuất", "lịch chăm", "chăm lịch")
_WEEKDAYS = {"thứ hai": 0, "thứ ba": 1, "thứ tư": 2, "thứ năm": 3, "thứ sáu": 4, "thứ bảy": 5, "chủ nhật": 6}
_CLOCK = re.compile(r"\d{1,2}\s*(?:h|g|giờ)\s*(?:\d{1,2})?")


@cache
def _is_edtf(value: str) -> bool:
    # Plain days, months and years need no grammar (it costs 20 ms a value).
    if all(_calendar(part) for part in value.split("/")) and value.count("/") < 2:
        return True
    try:
        parse_edtf(value)
    except Exception:  # the library raises several kinds for one thing: no EDTF
        return False
    return True


def _value(surface: str, value: str) -> Iterator[str]:
    """The value is EDTF, and says what the figures of the surface say."""
    if value == "?":
        return
    if not _is_edtf(value):
        yield f"'{value}' is no EDTF"
        return
    low = unicodedata.normalize("NFC", surface).lower()
    parts = value.split("/")
    if len(parts) == 2 and all(re.fullmatch(r"[\d-]+", part) for part in parts) and parts[0][: len(parts[1])] > parts[1][: len(parts[0])]:
        yield f"the interval {value} ends before it begins"
    if any(word in low for word in _LUNAR):
        return
    if term := _TERM.fullmatch(low):
        if value != f"{term[1]}/{term[2]}":
            yield f"the surface says {term[1]}/{term[2]}, the value {value}"
        return
    bare = _CLOCK.sub(" ", low)
    days = _DAY.findall(bare)
    if len(parts) == 1 and len(days) == 1 and "tháng đầu" not in low:
        day, month, year = days[0]
        if int(month) <= 12 and int(day) <= 31 and not value.endswith(f"-{int(month):02}-{int(day):02}"):
            yield f"the surface says day {int(day)}, month {int(month)}, the value {value}"
        if year and not value.startswith(year):
            yield f"the surface says {year}, the value {value}"
    elif (month_said := _MONTH.search(bare)) and not days and len(parts) == 1 and "ngày" not in bare:
        if value != f"{month_said[2]}-{int(month_said[1]):02}":
            yield f"the surface says month {month_said[1]} of {month_said[2]}, the value {value}"
    elif (year_said := _LONE_YEAR.fullmatch(bare.strip())) and value != year_said[1]:
        yield f"the surface says {year_said[1]}, the value {value}"
    elif quarter := _QUARTER.search(bare):
        number = {"i": 33, "ii": 34, "iii": 35, "iv": 36, "1": 33, "2": 34, "3": 35, "4": 36}[quarter[1]]
        if not value.endswith(f"-{number}") or (quarter[2] and not value.startswith(quarter[2])):
            yield f"the surface says quarter {quarter[1].upper()} {quarter[2] or ''}".rstrip() + f", the value {value}"
    for word, number in _WEEKDAYS.items():
        if re.search(rf"\b{word}\b", low) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) and datetime.date.fromisoformat(value).weekday() != number:
            yield f"{value} is no {word}"


def _relations(article: Article) -> Iterator[Finding]:
    lines = [number for number, line in enumerate(article.path.read_text(encoding="utf-8").splitlines()[article.relations_at - 1 :], article.relations_at) if line.strip() and not line.startswith("#")]
    pointed: set[str] = set()
    seen: dict[str, int] = {}
    held: set[tuple[str, str]] = set()
    for number, relation in zip(lines, article.marked.relations, strict=False):

        def wrong(reason: str, line: int = number) -> Finding:
            return Finding(article.name, line, "relation", "", reason)

        key = repr(sorted(relation.items()))
        if key in seen:
            yield wrong(f"stands twice, first on line {seen[key]}")
        seen.setdefault(key, number)
        names = [relation[key] for key in ("official", "award", "issuer", "reason", "date") if key in relation]
        names += [name for key in ("titles", "presenters", "recipients") for name in relation.get(key, [])]
        pointed.update(names)
        if "date" in relation and not relation["date"].startswith("D"):
            yield wrong(f"date={relation['date']} is no DATE")
        if relation["type"] == "award":
            if relation.get("issuer", "X")[0] not in "TXP":
                yield wrong(f"issuer={relation['issuer']}: a TITLE, a body (X) or a unit (P) was expected")
            if relation.get("reason", "X")[0] != "X":
                yield wrong(f"reason={relation['reason']}: an X was expected")
            for name in relation.get("recipients", []):
                if name[0] in "DA":
                    yield wrong(f"recipients={name}: a person, a group or a unit was expected")
            if relation.get("issuer") and relation["issuer"] in relation.get("recipients", []):
                yield wrong(f"{relation['issuer']} gives the award to itself")
        else:
            for title in relation["titles"]:
                pair = (relation["official"], title)
                if pair in held:
                    yield wrong(f"{pair[0]} and {title} are related twice")
                held.add(pair)
    for mark in article.marked.marks:
        where = Finding(article.name, article.line(mark.start), "relation", article.marked.text[mark.start : mark.end], "")
        if mark.label == "ARGUMENT" and mark.name not in pointed:
            yield Finding(where.path, where.line, where.rule, where.surface, f"{mark.name or 'an X'} is the argument of no relation")
        if mark.label == "AWARD" and mark.name not in pointed:
            yield Finding(where.path, where.line, where.rule, where.surface, "an AWARD without its line 'award …'")


def check_folder(folder: Path) -> list[Finding]:
    """Every finding of the marked files below a folder (without the hunt for likely misses)."""
    findings: list[Finding] = []
    for path in sorted(folder.rglob("*.txt")):
        made = load(path, folder.parent)
        findings += [made] if isinstance(made, Finding) else list(check_article(made))
    return findings


def main(arguments: list[str]) -> int:
    """``python -m bantin_eval.check FOLDER``: what a writer runs on a folder of new articles."""
    findings = check_folder(Path(arguments[0]))
    print("\n".join(map(str, findings)) if findings else f"{arguments[0]}: no rule broken")
    return 1 if findings else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
