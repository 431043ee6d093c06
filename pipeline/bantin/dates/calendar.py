"""The calendars: lengths of months, days that may lack a year, the lunar year and its sixty names.

Lunar days come from ``vnlunar`` (tables of Hồ Ngọc Đức, "Thuật toán tính âm lịch", 2004: the calendar
as published, UTC+8 before 1968 and UTC+7 since). Days outside 1800 to 2199 are none here. At Tết Mậu
Thân 1968 the two parts of the country kept different days (the table holds the North's, 29 January).
The table is a day late for the first month of 1925 (corrected here), and the new moon of 7 May 2054
falls within seconds of midnight, closer than the earth's rotation can be foretold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import vnlunar

FIRST_LUNAR_YEAR, LAST_LUNAR_YEAR = 1800, 2198
# Tết Ất Sửu: new moon 1925-01-24 at 22:45 (UTC+8); vnlunar 1.0.5 begins the month on the 25th.
_LATE_MONTH = date(1925, 1, 24)
# A year that stands for "not told" when days are counted; not a leap year, nor are its neighbours.
_UNTOLD = 2002
_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def month_length(month: int, year: int | None = None) -> int:
    """Days of a solar month; February has 29 where the year is not told."""
    if month == 2 and year is not None and not (year % 4 == 0 and (year % 100 or year % 400 == 0)):
        return 28
    return _LENGTHS[month - 1]


def is_day(day: int, month: int, year: int | None = None) -> bool:
    """Does the solar calendar have this day?"""
    return 1 <= month <= 12 and 1 <= day <= month_length(month, year)


@dataclass(frozen=True)
class Point:
    """A year, month or day of the solar calendar; what is not told is None (a day may lack its year)."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def edtf(self) -> str:
        if self.year is None and self.month is None:
            return "XXXX" if self.day is None else f"XXXX-XX-{self.day:02d}"
        year = f"{self.year:04d}" if self.year is not None else "XXXX"
        if self.month is None:
            return year if self.day is None else f"{year}-XX-{self.day:02d}"
        return f"{year}-{self.month:02d}" + (f"-{self.day:02d}" if self.day else "")

    @property
    def full(self) -> bool:
        return self.year is not None and self.month is not None and self.day is not None

    def as_date(self) -> date | None:
        """The day itself, the year a stand-in where it is not told; None if it is no day."""
        if not self.month or not self.day:
            return None
        try:
            return date(self.year or _UNTOLD, self.month, self.day)
        except ValueError:
            return None

    def shift(self, days: int) -> Point:
        """The day so many days later; of a day without a year the year stays untold."""
        own = self.as_date()
        if own is None:
            return self
        try:
            moved = own + timedelta(days=days)
        except OverflowError:
            return self
        return Point(moved.year if self.year is not None else None, moved.month, moved.day)

    def shift_months(self, months: int) -> Point:
        """The month so many months later (the day is dropped)."""
        if not self.month:
            return self
        index = (self.year or _UNTOLD) * 12 + self.month - 1 + months
        return Point(index // 12 if self.year is not None else None, index % 12 + 1)


def of_date(day: date) -> Point:
    return Point(day.year, day.month, day.day)


@lru_cache(maxsize=512)
def solar(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """The solar day of a lunar one; None if there is no such day or the year is outside the tables.

    ``day`` -1 is the last day of the month.
    """
    if not FIRST_LUNAR_YEAR <= year <= LAST_LUNAR_YEAR:
        return None
    if day == -1:
        return solar(year, month, 30, leap) or solar(year, month, 29, leap)
    if (year, month, leap) == (1925, 1, False):
        return _LATE_MONTH + timedelta(days=day - 1) if 1 <= day <= 30 else None
    if (year, month, day, leap) == (1924, 12, 30, False):
        return None
    found = vnlunar.convert_lunar_to_solar(day, month, year, int(leap))
    return date(found[2], found[1], found[0]) if found else None


@lru_cache(maxsize=512)
def lunar(day: date) -> tuple[int, int, int, bool] | None:
    """(year, month, day, leap) of a solar day; None outside the tables."""
    if not FIRST_LUNAR_YEAR < day.year <= LAST_LUNAR_YEAR:
        return None
    if 0 <= (day - _LATE_MONTH).days < 30:
        return 1925, 1, (day - _LATE_MONTH).days + 1, False
    found = vnlunar.get_lunar_date(day.day, day.month, day.year)
    return found["year"], found["month"], found["day"], bool(found["leap"])


def new_year(year: int) -> date | None:
    """The first day of Tết."""
    return solar(year, 1, 1)


def nearest_lunar(month: int, day: int, around: date, ahead: int | None = None) -> tuple[int, date] | None:
    """(lunar year, solar day) of the lunar day nearest to ``around``.

    ``ahead`` +1 takes the next one from ``around`` on, -1 the last one up to it.
    """
    best: tuple[int, date] | None = None
    for year in (around.year - 2, around.year - 1, around.year, around.year + 1):
        found = solar(year, month, day)
        if found is None:
            continue
        if (ahead == 1 and found < around) or (ahead == -1 and found > around):
            continue
        if best is None or abs((found - around).days) < abs((best[1] - around).days):
            best = (year, found)
    return best


def stem_branch(stem: int, branch: int) -> int | None:
    """The number (0 to 59, Giáp Tý is 0) of a name of the cycle; None if the two never meet."""
    if (stem - branch) % 2:
        return None
    return (6 * stem - 5 * branch) % 60


def year_named(cycle: int, near: int) -> int:
    """The lunar year of that name nearest to ``near`` (the earlier of two equally near)."""
    year = near - (near - 4 - cycle) % 60
    return year if near - year <= 30 else year + 60


def cycle_of(year: int) -> int:
    return (year - 4) % 60


@lru_cache(maxsize=64)
def cycle_name(year: int) -> str:
    return vnlunar.get_year_can_chi(year)
