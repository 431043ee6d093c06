"""Accepted dates become values: EDTF, TIMEX3, and the lunar day where one is meant.

In document order, because "cùng ngày" and "trong năm" mean the mention before them. Values follow
the guidelines (precision of a day, month, year or interval; ``?`` where nothing tells; ``XXXX`` for
a year that is not told or recurs); TIMEX3 follows ISO-TimeML (ISO 24617-1), its part of day and
clock time included.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from bantin.dates import calendar as cal
from bantin.dates.anchor import find, tense
from bantin.dates.calendar import Point
from bantin.dates.context import Context, point_of
from bantin.dates.timex import timex
from bantin.reading import Candidate, Reading, Span
from bantin.select import select

_CONFIRMED = 0.99  # what a full date has at least
# A year that is not of four digits: "20 năm qua" said in the year 1.
_OUTSIDE = re.compile(r"(?:\A|/)(?:-|\d{1,3}(?![\dX])|\d{5})")


def accept(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The best set without overlaps; a full date is one whatever the classifier says."""
    for candidate in candidates:
        if candidate.data["exact"] and not candidate.data.get("inside"):
            candidate.probability = max(candidate.probability, _CONFIRMED)
    reading.found["DATE"] = select(candidates, threshold)


def resolve(reading: Reading) -> None:
    """Set ``span.value`` of every DATE; ``reading.facts["published_inferred"]`` where it was inferred."""
    spans = reading.spans("DATE")
    anchor = find(reading, spans)
    if anchor.inferred:
        reading.facts["published_inferred"] = anchor.inferred
    resolver = _Resolver(reading, anchor)
    for span in spans:
        resolver.span(span)


class _Resolver(Context):
    """One method a unit of the grammar."""

    def span(self, span: Span) -> None:
        fields = span.data
        self.tense = tense(self.reading, span)
        self.block = self.reading.block_of(span.start).start
        self.flags, self.lunar = [], None
        value = self.value(span, fields)
        span.value = {"value": value, "timex": timex(fields, value)}
        if self.lunar:
            span.value["lunar"] = self.lunar
        if self.flags:
            span.value["flags"] = self.flags
        self.remember(span, fields, value)
        self.before = span
        self.recent.append(span)

    def value(self, span: Span, fields: dict) -> str:
        """The EDTF value; ``?`` if nothing tells, or if it lies before the year 1 or after 9999."""
        try:
            found = self.edtf(span, fields)
        except OverflowError:
            return "?"
        return "?" if found is None or _OUTSIDE.search(found) else found

    def edtf(self, span: Span, fields: dict) -> str | None:
        unit = fields["unit"]
        if unit == "range":
            return self.range(span, fields)
        if "stretch" in fields:
            return self.stretch(unit, fields["stretch"])
        found = getattr(self, f"_{unit}")(span, fields)
        return found.edtf if isinstance(found, Point) else found

    def _day(self, span: Span, fields: dict) -> Point | str | None:
        if fields.get("foreign"):
            return None
        if "rel" in fields:
            return self.relative_day(fields["rel"])
        if "d" not in fields:
            return self.weekday(fields)
        lunar = fields.get("lunar") or (fields.get("mung") and "m" not in fields)
        if fields.get("every"):
            return None if lunar else Point(None, fields.get("m"), fields["d"])
        if lunar:
            return self.lunar_day(span, fields)
        if "m" in fields:
            year = self.year_of(span, fields, fields["m"], fields["d"])
            if year is not None and "weekday" in fields and "y" not in fields and "yrel" not in fields:
                year = _year_with_weekday(year, fields)
            if year is not None and not cal.is_day(fields["d"], fields["m"], year):
                year = None
            found = Point(year, fields["m"], fields["d"])
            self.check_day(span, fields, found)
            return found
        return self.day_of_month(fields)

    def day_of_month(self, fields: dict) -> Point | None:
        """"ngày 9", "Chiều 17", "ngày 5 tháng này": the month is the one in question."""
        if "mrel" in fields:
            month = self.relative_month(fields["mrel"])
        else:
            month = self.day or self.month or (self.anchor.today if self.anchor.today.month else None)
        if month is None or not month.month or not cal.is_day(fields["d"], month.month, month.year):
            return None
        found = Point(month.year, month.month, fields["d"])
        today = self.anchor.today
        if "mrel" not in fields and self.tense != "future" and today.day and found.as_date() and today.as_date():
            ahead = (found.as_date() - today.as_date()).days  # type: ignore[operator]
            if ahead > 5:
                earlier = month.shift_months(-1)
                if cal.is_day(fields["d"], earlier.month, earlier.year):  # type: ignore[arg-type]
                    found = Point(earlier.year, earlier.month, fields["d"])
        return found

    def weekday(self, fields: dict) -> Point | None:
        base = self.anchor.base
        if base is None or not self.anchor.today.day:
            return None
        wanted = fields["weekday"]
        monday = base - timedelta(days=base.weekday())
        if "week" in fields:
            return cal.of_date(monday + timedelta(days=7 * fields["week"] + wanted))
        way = fields.get("way")
        if way == 0:
            return cal.of_date(monday + timedelta(days=wanted))
        if way == 1 or (way is None and self.tense == "future"):
            return cal.of_date(base + timedelta(days=(wanted - base.weekday() - 1) % 7 + 1))
        back = (base.weekday() - wanted) % 7
        return cal.of_date(base - timedelta(days=back or (7 if way == -1 else 0)))

    def check_day(self, span: Span, fields: dict, found: Point) -> None:
        """Flags where the context contradicts what is written."""
        own = found.as_date() if found.full else None
        if own is None:
            return
        if "weekday" in fields and own.weekday() != fields["weekday"]:
            self.flags.append("weekday")
        # "ngày 10/01/2021" in a document of January 2022: the old year out of habit
        base = self.anchor.base
        if self.anchor.inferred and "latest full date" in self.anchor.inferred["from"] and "planned" not in self.anchor.inferred["from"]:
            return  # the year was inferred from such a date
        if base and "y" in fields and own.year == base.year - 1 and own.month == 1 and base.month <= 2 and self.tense != "past":
            self.flags.append("year")

    def lunar_day(self, span: Span, fields: dict) -> Point | None:
        month, day = fields.get("m"), fields["d"]
        leap = bool(fields.get("leap"))
        beside = self.beside(span)
        base = beside or self.anchor.base
        year = self.lunar_year(fields)
        if month is None:
            if base is None:
                return None
            near = [cal.lunar(base + timedelta(days=shift)) for shift in (0, -15, 15)]
            options = [(abs((solar - base).days), place[0], place[1]) for place in near if place and (solar := cal.solar(place[0], place[1], day))]
            if not options:
                return None
            _, year, month = min(options)
        if year is None:
            if base is None:
                return None
            ahead = 1 if self.tense == "future" and not beside else None
            around = base - timedelta(days=3) if ahead else base
            found = cal.nearest_lunar(month, day, around, ahead)
            if found is None:
                return None
            year = found[0]
        solar = cal.solar(year, month, day, leap)
        if solar is None:
            return None
        self.say_lunar(year, month, day, leap)
        if beside and abs((beside - solar).days) and beside.year == solar.year and not fields.get("shared"):
            self.flags.append("lunar")
        return cal.of_date(solar)

    def say_lunar(self, year: int, month: int, day: int | None, leap: bool = False) -> None:
        self.lunar = {"year": year, "month": month, "day": day, "leap": leap, "name": cal.cycle_name(year)}

    def _named(self, span: Span, fields: dict) -> Point | str | None:
        month, day = fields["m"], fields["d"]
        if fields.get("every"):
            return None if fields["lunar"] else Point(None, month, day)
        if fields["lunar"]:
            return self.named_lunar(span, fields, month, day)
        if "y" in fields or "yrel" in fields:
            return Point(self.year_of(span, fields, month, day), month, day)
        if self.counted(span) or self.anchor.year is None:
            return Point(None, month, day)
        base = self.anchor.base
        if base is None:
            return Point(self.anchor.year, month, day)
        return Point(_nearest_year(base, month, day), month, day)

    def named_lunar(self, span: Span, fields: dict, month: int, day: int) -> Point | None:
        year = self.lunar_year(fields)
        # The eve and the days before it are called by the Tết that follows.
        before_new_year = fields.get("tet") and month == 12
        if year is None:
            base = self.beside(span) or self.anchor.base
            if base is None:
                if self.anchor.year is None:
                    return None
                base = cal.new_year(self.anchor.year)
                if base is None:
                    return None
            ahead = 1 if self.tense == "future" and not self.beside(span) and self.anchor.today.day else None
            found = cal.nearest_lunar(month, day, base, ahead)
            if found is None:
                return None
            year = found[0]
        elif before_new_year or (month == 12 and day == -1):
            year -= 1
        solar = cal.solar(year, month, day)
        if solar is None:
            return None
        if day == -1:
            day = 30 if cal.solar(year, month, 30) else 29
        self.say_lunar(year, month, day)
        return cal.of_date(solar)

    def _month(self, span: Span, fields: dict) -> Point | str | None:
        if "rel" in fields:
            return self.relative_month(fields["rel"])
        if fields.get("bare"):
            month = self.month or self.anchor.today
            return Point(month.year, month.month) if month.month else None
        if fields.get("lunar"):
            return self.lunar_month(fields)
        if fields.get("every"):
            return Point(None, fields["m"])
        return Point(self.year_of(span, fields, fields["m"], None), fields["m"])

    def lunar_month(self, fields: dict) -> str | None:
        year, leap = self.lunar_year(fields), bool(fields.get("leap"))
        if year is None:
            if self.anchor.base is None:
                return None
            found = cal.nearest_lunar(fields["m"], 15, self.anchor.base, 1 if self.tense == "future" else None)
            if found is None:
                return None
            year = found[0]
        first, last = cal.solar(year, fields["m"], 1, leap), cal.solar(year, fields["m"], -1, leap)
        if first is None or last is None:
            return None
        self.say_lunar(year, fields["m"], None, leap)
        return f"{first.isoformat()}/{last.isoformat()}"

    def _quarter(self, span: Span, fields: dict) -> str | None:
        if "rel" in fields:
            month = self.relative_month(("today", 3 * fields["rel"][1]))
            return f"{month.year:04d}-{32 + (month.month + 2) // 3}" if month and month.month and month.year else None
        if fields.get("bare"):
            today = self.anchor.today
            return f"{self.anchor.year:04d}-{32 + (today.month + 2) // 3}" if today.month and self.anchor.year else None
        year = self.year_of(span, fields, 3 * fields["q"], None)
        return f"{year:04d}-{32 + fields['q']}" if year is not None else None

    def _months(self, span: Span, fields: dict) -> str | None:
        if "y" in fields or "yrel" in fields:
            year = self.year_of(span, fields, 1, None)
        else:
            year = self.year_in_question()
            base = self.anchor.base
            # In January "6 tháng cuối năm" has just ended.
            if year is not None and base and year == base.year and base.month <= 2 and fields["side"] < 0 and self.tense != "future" and self.topic != year:
                year -= 1
        if year is None:
            return None
        first, last = (1, fields["n"]) if fields["side"] > 0 else (13 - fields["n"], 12)
        return f"{year:04d}-{first:02d}/{year:04d}-{last:02d}" if first != last else f"{year:04d}-{first:02d}"

    def _year(self, span: Span, fields: dict) -> Point | None:
        if "rel" in fields:
            base, offset = fields["rel"]
            year = self.relative_year((base, offset), span)
            return Point(year) if year is not None else None
        if fields.get("bare"):
            return Point(self.bare_year(fields["mod"]))
        if "yy" in fields:
            short, now = fields["yy"], (self.anchor.year or 2020) % 100
            return Point(1900 + short if short > now else 2000 + short)
        if "cycle" in fields:
            year = self.lunar_year(fields)
            return Point(year) if year is not None else None
        return Point(fields["y"])

    def _years(self, span: Span, fields: dict) -> str:
        return f"{fields['y']:04d}/{fields['y2']:04d}"

    def _term(self, span: Span, fields: dict) -> str | None:
        return self.period("term", fields, 5)

    def _schoolyear(self, span: Span, fields: dict) -> str | None:
        return self.period("schoolyear", fields, 1)

    def period(self, kind: str, fields: dict, length: int) -> str | None:
        if "y" in fields:
            return f"{fields['y']:04d}/{fields['y2']:04d}"
        base, offset = fields["rel"]
        known = self.terms.get(kind) if base == "topic" else None
        if known is None and kind == "schoolyear" and (day := self.anchor.base):
            # a school year begins in September; from the summer on the coming one is the new one
            start = day.year if day.month >= (7 if base == "today" else 8) else day.year - 1
            known = (start, start + 1)
        if known is None:
            return None
        length = known[1] - known[0] if kind == "term" else length
        return f"{known[0] + offset * length:04d}/{known[1] + offset * length:04d}"

    def _season(self, span: Span, fields: dict) -> str | None:
        if fields.get("y"):
            year: int | None = fields["y"]
            if "cycle" in fields and cal.cycle_of(fields["y"]) != fields["cycle"]:
                self.flags.append("cycle")
        elif "cycle" in fields:
            year = self.lunar_year(fields)
        elif "yrel" in fields:
            year = self.relative_year(fields["yrel"])
        else:
            year = self.anchor.year
            if year is not None and fields.get("way"):
                year += fields["way"]
        if year is None:
            return None
        return f"{year:04d}-{fields['season']}" if fields["season"] else f"{year:04d}"

    def _decade(self, span: Span, fields: dict) -> str | None:
        if "rel" in fields:
            return None
        if "y" in fields:
            return f"{fields['y'] // 10}X"
        century = 19
        if of := fields.get("of"):
            century = (of["n"] - 1) if "n" in of else (self.anchor.year or 2020) // 100 + of["rel"][1]
        return f"{century:02d}{fields['decade'] // 10}X"

    def _century(self, span: Span, fields: dict) -> str | None:
        if "n" in fields:
            return f"{fields['n'] - 1:02d}XX"
        if fields.get("ago"):
            return None
        return f"{(self.anchor.year or 2020) // 100 + fields['rel'][1]:02d}XX"

    def _week(self, span: Span, fields: dict) -> str | None:
        base = self.anchor.base
        if base is None or not self.anchor.today.day:
            return None
        offset = fields["rel"][1] if "rel" in fields else 0
        if fields.get("ago"):
            return (base + timedelta(days=7 * offset)).isoformat()
        monday = base - timedelta(days=base.weekday()) + timedelta(days=7 * offset)
        return f"{monday.isoformat()}/{(monday + timedelta(days=6)).isoformat()}"

    def stretch(self, unit: str, count: int) -> str:
        """"2 tháng qua", "3 năm tới": whole units up to this one, or from it on."""
        today, own = self.anchor.today, self.anchor.year
        if own is None:
            return "?"
        near, far = (1, count) if count > 0 else (count, -1)
        if unit == "year":
            return f"{own + near}/{own + far}" if near != far else f"{own + near}"
        if unit == "month" and today.month:
            month = Point(own, today.month)
            return f"{month.shift_months(near).edtf}/{month.shift_months(far).edtf}" if near != far else month.shift_months(near).edtf
        if unit in ("day", "week") and today.day:
            size = 7 if unit == "week" else 1
            day = Point(own, today.month, today.day)
            first, last = (1, count * size) if count > 0 else (count * size, -1)
            return f"{day.shift(first).edtf}/{day.shift(last).edtf}" if first != last else day.shift(first).edtf
        return "?"

    def range(self, span: Span, fields: dict) -> str:
        """The two ends; what one lacks it takes from the other."""
        begin, end = dict(fields["begin"]), dict(fields["end"])
        if end.get("lunar") and "m" not in begin and begin["unit"] == "day":
            begin["lunar"] = True
        lunar = begin.get("lunar") or end.get("lunar")
        if end.get("tet") and begin.get("mung"):
            begin = {"unit": "named", "tet": True, "lunar": True, "m": 1, "d": begin["d"]} | {key: end[key] for key in ("y", "cycle", "yrel") if key in end}
        if begin["unit"] == "day" and "d" in begin and "m" not in begin and "m" in end:
            begin |= {"m": end["m"]} | {key: end[key] for key in ("y", "yrel", "cycle") if key in end}
            if not lunar and not cal.is_day(begin["d"], begin["m"], begin.get("y")):
                begin["m"] = begin["m"] - 1 or 12
        if not lunar:
            if "y" in end and "y" not in begin and "yrel" not in begin and "m" in begin:
                later = (begin["m"], begin.get("d", 0)) > (end.get("m", 12), end.get("d", 31))
                begin["y"] = end["y"] - later
            elif "yrel" in end and "yrel" not in begin and "y" not in begin and "m" in begin:
                begin["yrel"] = end["yrel"]
        first = self.value(span, begin)
        lunar_said = self.lunar
        point = point_of(first)
        if "y" not in end and "yrel" not in end and not end.get("lunar") and "m" in end and point and point.year is not None and point.month:
            earlier = (end["m"], end.get("d", 31)) < (point.month, point.day or 0)
            end["y"] = point.year + earlier
        if end.get("mung") and "m" not in end and point and point.full:
            around = point.as_date()
            end |= {"lunar": True}
            after = [found for shift in range(31) if (found := around + timedelta(days=shift)) and (place := cal.lunar(found)) and place[2] == end["d"]]  # type: ignore[operator]
            last = after[0].isoformat() if after else "?"
        else:
            last = self.value(span, end)
        if lunar_said:
            self.lunar = lunar_said
        first, last = first.split("/")[0], last.split("/")[-1]
        if first == "?" or last == "?":
            return "?"
        # A day before "XXXX" has no order; otherwise the later end stands second.
        if first == last:
            return first
        return f"{first}/{last}"


def _year_with_weekday(year: int, fields: dict) -> int:
    """The year, or its neighbour, in which the day falls on that weekday; the year if none does."""
    for own in (year, year + 1, year - 1):
        if cal.is_day(fields["d"], fields["m"], own) and date(own, fields["m"], fields["d"]).weekday() == fields["weekday"]:
            return own
    return year


def _nearest_year(base: date, month: int, day: int) -> int:
    def away(year: int) -> int:
        return abs((date(year, month, min(day, cal.month_length(month, year))) - base).days)

    return min((base.year, base.year - 1, base.year + 1), key=away)
