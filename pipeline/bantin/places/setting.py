"""When and where an article stands: its day, and the province that its source tells."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

from bantin.places import options, units
from bantin.places.units import REFORM_DAY
from bantin.reading import Reading

EVE = "2025-06-30"
# States of the country at which an undated article is tried, the likeliest first.
_STATES = (EVE, "2026-01-01", "2018-06-15", "2008-06-15")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_INFERRED = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?(?!\d)")
_SURE = 0.7  # confidence of an inferred day from which it counts more than the latest day named


def days(reading: Reading) -> list[str]:
    """The days on which the article may have appeared, as ISO days, the likeliest first; several if
    only a state of the country that explains its mentions can tell."""
    published = reading.article.published
    if published is not None:
        if published.day:
            return [_bounded(f"{published.year:04d}-{published.month:02d}-{published.day:02d}")]
        return _days_in(published.year, published.month)
    inferred = reading.facts.get("published_inferred") or {}
    value = _INFERRED.match(str(inferred.get("value") or ""))
    if value and inferred.get("confidence", 0) >= _SURE:
        return _days_in(int(value[1]), int(value[2]) if value[2] else None)
    # the latest day that the article names is the nearest to its own
    full = [day[0] for span in reading.spans("DATE") for day in _ISO.finditer(str(span.value.get("value") or ""))]
    if full:
        return [_bounded(max(full))]
    if value:
        return _days_in(int(value[1]), int(value[2]) if value[2] else None)
    return list(_STATES)


def _days_in(year: int, month: int | None) -> list[str]:
    if month:
        return [_bounded(f"{year:04d}-{month:02d}-15")]
    if year == int(REFORM_DAY[:4]):  # the reform falls into the year: its mentions tell on which side they are
        return [EVE, f"{year}-10-01", f"{year}-02-01"]
    return [_bounded(f"{year:04d}-06-15")]


def _bounded(day: str) -> str:
    """Articles from before the record's first day are read by the units of that day."""
    try:
        date.fromisoformat(day)
    except ValueError:
        return EVE
    return max(day, units.FIRST_DAY)


def best_day(possible: list[str], asked: set[tuple[str, tuple[str, ...]]]) -> str:
    """The day on which most of the asked ``(name, kinds)`` name a unit that stood; of equals the likeliest."""
    if len(possible) == 1:
        return possible[0]

    def explained(day: str) -> int:
        return sum(1 for name, kinds in asked if (tiers := options.tiers(name, kinds, day)) and any(o.day == day and o.unit.kind in kinds for o in tiers[0]))

    return max(possible, key=lambda day: (explained(day), -possible.index(day)))


# The newspaper's province


@lru_cache(maxsize=4096)
def provinces_of(source: str | None, day: str) -> frozenset[str]:
    """The codes of the province that a source tells: a code ("38"), a name ("Báo Thanh Hóa"), a
    site ("baothanhhoa.vn"); after the reform also the province into which it went."""
    if not source:
        return frozenset()
    table = units.load()
    text = source.strip()
    if re.fullmatch(r"\d\d", text):
        found = [unit for unit in table.periods(text) if unit.holds(day)] or table.periods(text)[-1:]
        return frozenset().union(*(options.option(unit, day).provinces for unit in found)) if found else frozenset()
    plain = _plain(text)
    best: tuple[int, frozenset[str]] = (0, frozenset())
    for name, codes in _province_names():
        if len(name) > best[0] and (name in plain if len(name) > 4 else re.search(rf"\b{re.escape(units.key(text))}\b", name)):
            best = (len(name), codes)
    out: set[str] = set()
    for code in best[1]:
        current = [unit for unit in table.periods(code) if unit.holds(day)]
        for unit in current or table.periods(code)[-1:]:
            out |= options.option(unit, day).provinces
    return frozenset(out)


@lru_cache(maxsize=1)
def _province_names() -> list[tuple[str, frozenset[str]]]:
    found: dict[str, set[str]] = {}
    for unit in units.load():
        if unit.level > 1:
            break
        found.setdefault(_plain(unit.name), set()).add(unit.code)
    found.setdefault(_plain("Sài Gòn"), set()).add("79")
    return [(name, frozenset(codes)) for name, codes in sorted(found.items())]


def _plain(text: str) -> str:
    """Letters and digits without marks: "Báo Thanh Hoá" and baothanhhoa.vn alike."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(character for character in decomposed if character.isalnum())
