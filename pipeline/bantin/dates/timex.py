"""TIMEX3 attributes (ISO-TimeML) of a date whose value is known."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bantin.dates.calendar import Point, month_length

_SEASONS = {21: "SP", 22: "SU", 23: "FA", 24: "WI"}
_SEASON = re.compile(r"(\d{4})-(2[1-4]|3[3-6])\Z")


def timex(fields: dict, value: str) -> dict:
    """``type``, ``value`` and, where they apply, ``mod``, ``quant``, ``freq``, ``beginPoint``,
    ``endPoint`` of an expression with those grammar fields and that EDTF value."""
    if fields.get("every") and value != "?":
        return {"type": "SET", "value": value, "quant": "EVERY", "freq": "1Y" if fields["every"] == "year" else "1M"}
    out: dict = {"type": "DATE", "value": "XXXX-XX-XX" if value == "?" else value}
    if "/" in value:
        begin, end = value.split("/")
        if fields["unit"] == "week":
            return {"type": "DATE", "value": "{}-W{:02d}".format(*date.fromisoformat(begin).isocalendar()[:2])} | _mod(fields)
        if fields["unit"] == "months" and fields["n"] == 6:
            half = 1 if begin.endswith("-01") else 2
            return {"type": "DATE", "value": f"{begin[:4]}-H{half}", "beginPoint": begin, "endPoint": end} | _mod(fields)
        return {"type": "DURATION", "value": _duration(begin, end, fields["unit"] in ("term", "schoolyear")), "beginPoint": begin, "endPoint": end} | _mod(fields)
    if match := _SEASON.match(value):
        code = int(match[2])
        out["value"] = f"{match[1]}-{_SEASONS[code]}" if code in _SEASONS else f"{match[1]}-Q{code - 32}"
    elif re.fullmatch(r"\d{3}X", value):
        out["value"] = value[:3]
    elif re.fullmatch(r"\d\dXX", value):
        out["value"] = value[:2]
    if fields["unit"] in ("day", "named") and value != "?" and len(value) == 10:
        if clock := fields.get("clock"):
            hour, minute = _hour(clock, fields.get("part"))
            out |= {"type": "TIME", "value": f"{value}T{hour:02d}:{minute:02d}"}
            if other := fields.get("clock_end"):
                end_hour, end_minute = _hour(other, fields.get("part"))
                end = f"{value}T{end_hour:02d}:{end_minute:02d}"
                minutes = (end_hour - hour) * 60 + end_minute - minute
                out = {"type": "DURATION", "value": f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M", "beginPoint": out["value"], "endPoint": end}
        elif part := fields.get("part"):
            out |= {"type": "TIME", "value": f"{value}T{part}"}
    return out | _mod(fields)


def _mod(fields: dict) -> dict:
    return {"mod": fields["mod"]} if fields.get("mod") else {}


def _hour(clock: tuple[int, int], part: str | None) -> tuple[int, int]:
    """"7:30 chiều" is 19:30; "12 giờ đêm" is midnight, of the night that began."""
    hour, minute = clock
    if (part in ("AF", "EV") and 1 <= hour < 12) or (part == "NI" and 6 <= hour < 12):
        hour += 12
    return hour, minute


def _duration(begin: str, end: str, shared: bool = False) -> str:
    """The ISO 8601 duration that the two ends enclose, in the finer unit that both have. ``shared``:
    the last year is the next one's first (a term, a school year)."""
    if "X" in begin or "X" in end or "-2" in begin[4:6] or not (begin[:4].isdigit() and end[:4].isdigit()):
        return "PXD" if len(begin) == 10 else "PXM"
    first, last = _point(begin), _point(end)
    if first.day and last.day:
        left, right = first.as_date(), last.as_date()
        return f"P{(right - left).days + 1}D" if left and right else "PXD"
    if first.month and last.month:
        if first.day or last.day:
            left = date(first.year, first.month, first.day or 1)  # type: ignore[arg-type]
            right = date(last.year, last.month, last.day or month_length(last.month, last.year))  # type: ignore[arg-type]
            return f"P{(right - left + timedelta(days=1)).days}D"
        return f"P{(last.year - first.year) * 12 + last.month - first.month + 1}M"  # type: ignore[operator]
    return f"P{last.year - first.year + (not shared)}Y"  # type: ignore[operator]


def _point(text: str) -> Point:
    parts = [int(part) for part in text.split("-")]
    if len(parts) > 1 and parts[1] > 12:  # a quarter or season
        parts = parts[:1]
    return Point(*parts)
