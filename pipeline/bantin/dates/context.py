"""What the mentions so far have told: the last day, month and year, and the year in question; and what
expressions mean that only these tell ("cùng ngày", "trong năm", a day without its year).
"""

from __future__ import annotations

from collections import deque
from datetime import date

from bantin.dates import calendar as cal
from bantin.dates.anchor import Anchor
from bantin.dates.calendar import Point
from bantin.dates.vocabulary import lexicon
from bantin.reading import Reading, Span

# A day without its year lies at most so many days ahead unless the sentence plans it.
_AHEAD_SURE, _AHEAD_UNSURE = 60, 120
_ASIDE = 160  # code points before a day in which "trước đó" makes it an aside
_RECENT = 8  # dates of a sentence that may lend their year
_TOPIC_REACH = 6000  # code points for which a year in question stays so


class Context:
    """The memory of one article's resolution."""

    def __init__(self, reading: Reading, anchor: Anchor) -> None:
        self.reading = reading
        self.anchor = anchor
        self.day: Point | None = None  # the last day mentioned that is not planned
        self.month: Point | None = None
        self.year: int | None = None  # the last year mentioned
        self.topic: int | None = None  # the year that the passage reports or plans
        self.topic_at = -_TOPIC_REACH
        self.terms: dict[str, tuple[int, int]] = {}
        self.before: Span | None = None
        self.recent: deque[Span] = deque(maxlen=_RECENT)
        self.aside: tuple[int, Point] | None = None  # a day told as an aside, and the start of its block
        self.block = -1
        self.tense = ""
        self.flags: list[str] = []
        self.lunar: dict | None = None

    @property
    def at(self) -> int:
        return self.before.end if self.before else 0

    def reach(self) -> bool:
        return self.at - self.topic_at <= _TOPIC_REACH

    def year_in_question(self) -> int | None:
        """The passage's own year where one was named, else the article's."""
        if self.topic is not None and self.reach():
            return self.topic
        return self.anchor.year

    def bare_year(self, mod: str) -> int | None:
        """"đầu năm", "cuối năm" of the year in question."""
        year = self.year_in_question()
        base = self.anchor.base
        if year is not None and base and mod == "END" and self.tense == "past" and base.month <= 6 and year == base.year:
            return year - 1
        return year

    def relative_year(self, rel: tuple[str, int], span: Span | None = None) -> int | None:
        base, offset = rel
        own = self.anchor.year
        if base == "mention":
            if self.year is None and offset > 0:
                return own  # "60 năm sau, …" opens the article: it is now
            year = self.year if self.year is not None else own
        elif base == "topic":
            year = self.topic if self.topic is not None and self.reach() else own
        elif base == "past":
            day = self.anchor.base
            if own is None:
                return self.topic
            if day is None:
                return self.topic if self.topic is not None and self.topic <= own else own
            year = own - 1 if day.month <= 6 else own
        else:
            year = own
        return None if year is None else year + offset

    def relative_month(self, rel: tuple[str, int]) -> Point | None:
        base, offset = rel
        point = self.anchor.today if base == "today" else self.month or self.anchor.today
        if not point.month:
            return None
        if point.year is None and self.anchor.year is not None:
            point = Point(self.anchor.year, point.month)
        return point.shift_months(offset)

    def relative_day(self, rel: tuple[str, int]) -> Point | None:
        base, offset = rel
        point = self.anchor.today if base == "today" else self.day or self.anchor.today
        if base == "mention" and self.aside and self.aside[0] == self.block:
            point = self.aside[1]
        if not point.day:
            # "Từ nay đến …": as much of the day as is told
            return point if offset == 0 and point.year is not None and base == "today" else None
        if point.year is None and self.anchor.year is not None:
            point = Point(self.anchor.year, point.month, point.day)
        return point.shift(offset)

    def lunar_year(self, fields: dict) -> int | None:
        """The lunar year that is written; a flag where figures and can-chi name disagree."""
        if "y" in fields:
            if "cycle" in fields and cal.cycle_of(fields["y"]) != fields["cycle"]:
                self.flags.append("cycle")
            return fields["y"]
        if "cycle" in fields:
            near = self.anchor.year or self.year
            return None if near is None else cal.year_named(fields["cycle"], near)
        if "yrel" in fields:
            return self.relative_year(fields["yrel"])
        return None

    def year_of(self, span: Span, fields: dict, month: int, day: int | None) -> int | None:
        """The year of a day or month: written, told by a word, or the likeliest; None if untold."""
        if "y" in fields:
            return fields["y"]
        if "yrel" in fields:
            return self.relative_year(fields["yrel"])
        if (near := self.year_of_sentence(span)) is not None:
            return near
        own, base = self.anchor.year, self.anchor.base
        if own is None:
            return None
        if base is None:
            return own
        same = date(base.year, month, min(day or (28 if month == base.month and base.day > 15 else 15), cal.month_length(month, base.year)))
        ahead = (same - base).days
        way = fields.get("way")
        topic = self.topic if self.topic is not None and self.reach() else None
        tense_ = {1: "future", -1: "past"}.get(way, self.tense) if way is not None else self.tense  # type: ignore[arg-type]
        if day is None and month == base.month:
            return base.year
        if tense_ == "future":
            if topic is not None and topic > base.year:
                return topic
            return base.year if ahead >= -75 or (topic == base.year and way is None) else base.year + 1
        if topic == base.year + 1 and ahead < -60:
            return topic
        limit = _AHEAD_SURE if self.anchor.certain else _AHEAD_UNSURE
        if tense_ == "past":
            limit = min(limit, 45)
        if ahead <= limit:
            return base.year
        if topic == base.year and tense_ != "past":
            return base.year
        return base.year - 1

    def year_of_sentence(self, span: Span) -> int | None:
        """The year of an earlier date of the sentence, if the sentence tells of other times."""
        left, _ = self.reading.sentence_of(span.start)
        own = self.anchor.year
        for other in reversed(self.recent):
            if other.start < left:
                return None
            data = other.data
            if "y" not in data or data["unit"] not in ("day", "month", "year") or data.get("plain"):
                continue
            first = data["first"]
            if first and self.reading.tokens.folded[first - 1] in ("sinh", "sn", "(", "hạng", "với"):
                continue
            if own is None:
                return data["y"] if data["unit"] == "day" else None
            if abs(data["y"] - own) >= 2:
                return data["y"]
            return None
        return None

    def counted(self, span: Span) -> bool:
        """"kỷ niệm 92 năm Ngày …": the day that recurs, not one year's."""
        words, shapes = self.reading.tokens.folded, self.reading.tokens.shape
        first = span.data["first"]
        return any(words[at] == "năm" and shapes[at - 1] == "0" for at in range(max(1, first - 3), first))

    def beside(self, span: Span) -> date | None:
        """The solar day in whose brackets the lunar one stands: "ngày 2-2-2017 (tức ngày 6 tháng Giêng)"."""
        before = self.before
        if before is None or before.data["unit"] not in ("day", "named", "range"):
            return None
        gap = self.reading.folded[before.end : span.start]
        if len(gap) > 16 or not ("(" in gap or "tức" in gap or "nhằm" in gap):
            return None
        point = point_of(before.value["value"].split("/")[0])
        return point.as_date() if point and point.full else None

    def remember(self, span: Span, fields: dict, value: str) -> None:
        unit = fields["unit"]
        end = value.split("/")[-1]
        point = point_of(end)
        if unit in ("term", "schoolyear") and "y" in fields:
            self.terms[unit] = (fields["y"], fields["y2"])
        if point is None or fields.get("every") or (fields.get("plain") and unit == "year" and "y2" in fields):
            return
        if point.year is not None and unit in ("year", "month", "day", "named") and not (unit == "year" and "rel" in fields and fields["rel"][0] == "topic"):
            self.year = point.year
        if point.month and unit in ("month", "day", "named") and self.tense != "future":
            self.month = Point(point.year, point.month)
        if point.day and unit in ("day", "named", "range") and self.tense != "future" and self.reports(point):
            # "Trước đó, tối 19/5, …" is an aside: the paragraphs after it go on with the day before it.
            if self.day and self.harks_back(span):
                self.aside = (self.block, point)
            else:
                self.day, self.aside = point, None
        if unit == "year" and "y" in fields and not fields.get("plain"):
            first = fields["first"]
            words = self.reading.tokens.folded
            if not (first and words[first - 1] in lexicon().words["compared"]) and (self.anchor.year is None or abs(fields["y"] - self.anchor.year) <= 1):
                self.topic, self.topic_at = fields["y"], span.end

    def harks_back(self, span: Span) -> bool:
        left, _ = self.reading.sentence_of(span.start)
        return "trước đó" in self.reading.folded[max(left, span.start - _ASIDE) : span.start]

    def reports(self, point: Point) -> bool:
        """May "cùng ngày" mean it: a day of the article's own time?"""
        base = self.anchor.base
        if base is None or point.year is None:
            return point.year is None or base is None
        own = point.as_date()
        return own is not None and -400 <= (own - base).days <= 3


def point_of(value: str) -> Point | None:
    """A plain year, month or day (its year may be XXXX) back from EDTF; None for the rest."""
    parts = value.split("-")
    if not 1 <= len(parts) <= 3 or not (parts[0] == "XXXX" or (parts[0].isdigit() and len(parts[0]) == 4)):
        return None
    year = None if parts[0] == "XXXX" else int(parts[0])
    numbers = [int(part) if part.isdigit() else None for part in parts[1:]]
    if numbers and (numbers[0] is None or numbers[0] > 12):
        return Point(year) if year is not None else None
    return Point(year, *numbers)
