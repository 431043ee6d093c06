"""The article's own day: from its metadata, or from what the article itself reports and plans.

``published`` may be a day, a month or a year; the day that "hôm nay" means is then looked for in the
text. Without metadata the year is inferred, with a confidence; only a sure enough one
(:data:`ENOUGH`) gives its year to days that lack theirs (guidelines: "a day whose year neither the
article nor its metadata tells is XXXX-MM-DD").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bantin.dates.calendar import Point
from bantin.lexicon import Gazetteer, rows
from bantin.reading import Reading, Span

ENOUGH = 0.7  # confidence from which an inferred year is used
_EARLIEST = 1995  # newspapers on the web begin here; an earlier year is what an article tells of
_LEAD_DAYS = 3  # the reporting day lies at most so many days after the day reported first
_HEADER_BLOCKS = 14  # a document's place and day stand in its first lines


@dataclass(frozen=True)
class Anchor:
    """``year`` of the article; ``today`` what "hôm nay" means, as far as told; ``certain``: the day is
    metadata, not found in the text; ``inferred`` what goes into the record."""

    year: int | None
    today: Point
    certain: bool = False
    inferred: dict | None = None

    @property
    def base(self) -> date | None:
        """The day from which past and future are told; None if the year is not known."""
        if self.year is None:
            return None
        found = replace(self.today, year=self.today.year or self.year)
        if found.day:
            return found.as_date()
        return None if found.month is None else date(found.year, found.month, 15)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def tenses() -> Gazetteer:
    """Words of lexicon/tense.tsv; payload: future or past."""
    return Gazetteer((row["form"], row["kind"]) for row in rows("dates", "tense", ("form", "kind")))


def tense(reading: Reading, span: Span) -> str:
    """"future", "past" or "": by the nearest telling word of the sentence, those before the date first."""
    tokens = reading.tokens
    words = tokens.folded
    left, right = reading.sentence_of(span.start)
    first, last = span.data["first"], span.data["last"]
    if first and words[first - 1] in ("trước", "hạn", "hết") and tokens.start[first - 1] >= left:
        # "hoàn thành trước ngày 30-6"
        return "future"
    if last < len(words) and tokens.start[last] < right:
        if words[last] == "tới":
            return "future"
        if words[last] == "vừa":
            return "past"
    best, distance = "", 10**6
    lowest, highest = tokens.at(left), min(len(words), tokens.before(right) + 1)
    for at in range(max(lowest, first - 30), min(highest, last + 25)):
        if first <= at < last:
            continue
        found = tenses().longest(words, at)
        if found:
            away = first - found[0] if at < first else (at - last) * 2 + 1
            if away < distance:
                best, distance = found[1], away  # type: ignore[assignment]
    return best


def find(reading: Reading, spans: list[Span]) -> Anchor:
    """The anchor of an article whose dates are accepted but not yet resolved."""
    published = reading.article.published
    lead = _lead(reading, spans, published.month if published else None, published.year if published else None)
    if published and published.day:
        return Anchor(published.year, Point(published.year, published.month, published.day), True)
    if published:
        if lead:
            return Anchor(published.year, Point(published.year, lead.month, lead.day))
        return Anchor(published.year, Point(published.year, published.month))
    return _infer(reading, spans, lead)


def _lead(reading: Reading, spans: list[Span], month: int | None, year: int | None) -> Point | None:
    """The reporting day without its year: the one that "hôm nay" is said to be, else the first day
    reported, or one soon after it."""
    lead: date | None = None
    for span in spans:
        data = span.data
        if data["unit"] != "day" or "m" not in data or data.get("lunar") or data.get("every") or data.get("yrel") or (data.get("shared") and "m" not in data):
            continue
        if data.get("said") and data["said"][0] == "today":
            own = Point(None, data["m"], data["d"]).shift(-data["said"][1])
            return own if month is None or own.month == month else None
    for span in spans:
        data = span.data
        if data["unit"] != "day" or "m" not in data or data.get("lunar") or data.get("every") or data.get("yrel") or data.get("name"):
            continue
        if ("y" in data and data["y"] != year) or (month is not None and data["m"] != month):
            continue
        if tense(reading, span) == "future":
            continue
        day = Point(None, data["m"], data["d"]).as_date()
        if day is None:
            continue
        if lead is None:
            # An anniversary ("đợt 3/2", "nhân dịp 21/6") is no report.
            if span.data["first"] and reading.tokens.folded[span.data["first"] - 1] in ("đợt", "dịp", "nhân") and len(spans) > 1:
                continue
            lead = day
        elif 0 < (day - lead).days <= _LEAD_DAYS:
            lead = day
    return Point(None, lead.month, lead.day) if lead else None


def _infer(reading: Reading, spans: list[Span], lead: Point | None) -> Anchor:
    if found := _header(reading, spans):
        return Anchor(found.year, found, False, _said(found, 0.95, "the day in the document's head"))
    told = _told(reading, spans)
    if lead is None:
        year, confidence, reason = _year_alone(told)
        if year is None or year < _EARLIEST:
            return Anchor(None, Point())
        full = [point for point in told if point.full]
        if full and confidence >= ENOUGH and year > full[-1].year:  # type: ignore[operator]
            return Anchor(year, Point(year, 1), False, _said(Point(year, 1), confidence, reason))
        return Anchor(year if confidence >= ENOUGH else None, Point(year) if confidence >= ENOUGH else Point(), False, _said(Point(year), confidence, reason))
    year, confidence, reason = _year_of_lead(reading, spans, lead, told)
    if year is None or year < _EARLIEST:
        return Anchor(None, lead)
    day = Point(year, lead.month, lead.day)
    if confidence < ENOUGH:
        return Anchor(None, lead, False, _said(Point(year), confidence, reason))
    return Anchor(year, day, False, _said(day, confidence, reason))


def _said(point: Point, confidence: float, reason: str) -> dict:
    return {"value": point.edtf, "confidence": confidence, "from": reason}


def _header(reading: Reading, spans: list[Span]) -> Point | None:
    """"Trà Linh, ngày 08 tháng 4 năm 2026" on a line of its own near the top."""
    for span in spans:
        data = span.data
        if data["unit"] != "day" or not data["exact"]:
            continue
        block = reading.block_of(span.start)
        if block not in reading.blocks[:_HEADER_BLOCKS]:
            break
        rest = reading.text[span.end : block.end].strip()
        if not rest and block.end - block.start <= 80 and reading.text[: span.start].rstrip().endswith(","):
            return Point(data["y"], data["m"], data["d"])
    return None


def _told(reading: Reading, spans: list[Span]) -> list[Point]:
    """Past years, months and days with their year, sorted; and the later end of an anniversary."""
    out: list[Point] = []
    for span in spans:
        data = span.data
        if data["unit"] in ("day", "month", "year") and "y" in data and not data.get("lunar") and tense(reading, span) != "future":
            out.append(Point(data["y"], data.get("m"), data.get("d")))
    return sorted(out, key=lambda point: (point.year or 0, point.month or 0, point.day or 0))


def _year_alone(told: list[Point]) -> tuple[int | None, float, str]:
    """The year of an article without a reporting day: the latest that it tells of."""
    if not told:
        return None, 0.0, ""
    latest = told[-1].year
    full = [point for point in told if point.full]
    if full and full[-1].year == latest:
        return latest, 0.75, "the latest full date"
    if full and full[-1].year == latest - 1 and full[-1].month >= 11:  # type: ignore[operator]
        # documents of December, plans for the year that follows
        return latest, 0.75, "the latest full date and the year planned"
    return latest, 0.4, "the latest year"


def _year_of_lead(reading: Reading, spans: list[Span], lead: Point, told: list[Point]) -> tuple[int | None, float, str]:
    """The year of a reporting day that is written without one."""
    own = lead.month, lead.day
    # An anniversary in figures: (21/6/1925 - 21/6/2017); the report lies near its second day.
    for span in spans:
        data = span.data
        if data["unit"] != "range" or "y" not in data["begin"] or "y" not in data["end"]:
            continue
        first, last = ((data[edge].get("d"), data[edge].get("m")) for edge in ("begin", "end"))
        if first == last and all(last):
            return _nearest_year(lead, data["end"]), 0.9, "an anniversary"
    # "60 năm trước" beside a full date of this day and month
    years = {abs(span.data["rel"][1]) for span in spans if span.data.get("ago") and span.data["unit"] == "year" and "rel" in span.data}
    for point in told:
        if point.full and (point.month, point.day) == own and any(count >= 5 for count in years):
            return point.year + max(years), 0.85, "an anniversary"  # type: ignore[operator]
    full = [point for point in told if point.full]
    latest = told[-1].year if told else None
    if full and full[-1].year == latest:
        last = full[-1]
        year = last.year if own >= (last.month, last.day) else last.year + 1  # type: ignore[operator]
        return year, 0.8, "the latest full date"
    for span in spans:
        data = span.data
        if data["unit"] in ("month", "day") and "y" in data and tense(reading, span) == "future" and not data.get("lunar"):
            return (data["y"] if own[0] <= data["m"] else data["y"] - 1), 0.75, "a month planned"
    return latest, 0.4, "the latest year"


def _nearest_year(lead: Point, end: dict) -> int:
    around = date(end["y"], end["m"], min(end["d"], 28))
    return min((end["y"] - 1, end["y"], end["y"] + 1), key=lambda year: abs((date(year, lead.month, min(lead.day, 28)) - around).days))  # type: ignore[type-var,arg-type]
