"""A second Vietnamese lunar calendar, from astronomy alone, to hold the first against.

Months begin on the day of the new moon, month 11 holds the winter solstice, and of thirteen months
between two solstices the first without a principal term is the leap month (Hồ Ngọc Đức, "Thuật toán
tính âm lịch"). New moons and the sun's longitude are those of Meeus, Astronomical Algorithms, 2nd
edition, chapters 49 and 25; ΔT of Espenak and Meeus. Days are reckoned at UTC+8 up to 1967 and at
UTC+7 from 1968 on. Slow, and used in tests alone.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cache

_J2000 = 2451545.0
_ORDINAL = 1721424.5  # Julian day of the ordinal 0


def _sin(degrees: float) -> float:
    return math.sin(math.radians(degrees))


def delta_t(year: float) -> float:
    """Seconds of dynamical over universal time, 1900 to 2150."""
    if year < 1920:
        t = year - 1900
        return -2.79 + 1.494119 * t - 0.0598939 * t**2 + 0.0061966 * t**3 - 0.000197 * t**4
    if year < 1941:
        t = year - 1920
        return 21.20 + 0.84493 * t - 0.076100 * t**2 + 0.0020936 * t**3
    if year < 1961:
        t = year - 1950
        return 29.07 + 0.407 * t - t**2 / 233 + t**3 / 2547
    if year < 1986:
        t = year - 1975
        return 45.45 + 1.067 * t - t**2 / 260 - t**3 / 718
    if year < 2005:
        t = year - 2000
        return 63.86 + 0.3345 * t - 0.060374 * t**2 + 0.0017275 * t**3 + 0.000651814 * t**4 + 0.00002373599 * t**5
    if year < 2050:
        t = year - 2000
        return 62.92 + 0.32217 * t + 0.005589 * t**2
    return -20 + 32 * ((year - 1820) / 100) ** 2 - 0.5628 * (2150 - year)


# Meeus table 49.A for new moons: coefficient, then multiples of M, M', F, Ω, and the power of E.
_TERMS = (
    (-0.40720, 0, 1, 0, 0, 0), (0.17241, 1, 0, 0, 0, 1), (0.01608, 0, 2, 0, 0, 0), (0.01039, 0, 0, 2, 0, 0), (0.00739, -1, 1, 0, 0, 1),
    (-0.00514, 1, 1, 0, 0, 1), (0.00208, 2, 0, 0, 0, 2), (-0.00111, 0, 1, -2, 0, 0), (-0.00057, 0, 1, 2, 0, 0), (0.00056, 1, 2, 0, 0, 1),
    (-0.00042, 0, 3, 0, 0, 0), (0.00042, 1, 0, 2, 0, 1), (0.00038, 1, 0, -2, 0, 1), (-0.00024, -1, 2, 0, 0, 1), (-0.00017, 0, 0, 0, 1, 0),
    (-0.00007, 2, 1, 0, 0, 0), (0.00004, 0, 2, -2, 0, 0), (0.00004, 3, 0, 0, 0, 0), (0.00003, 1, 1, -2, 0, 0), (0.00003, 0, 2, 2, 0, 0),
    (-0.00003, 1, 1, 2, 0, 0), (0.00003, -1, 1, 2, 0, 0), (-0.00002, -1, 1, -2, 0, 0), (-0.00002, 1, 3, 0, 0, 0), (0.00002, 0, 4, 0, 0, 0),
)  # fmt: skip
_PLANETS = (
    (325, 299.77, 0.107408), (165, 251.88, 0.016321), (164, 251.83, 26.651886), (126, 349.42, 36.412478), (110, 84.66, 18.206239),
    (62, 141.74, 53.303771), (60, 207.14, 2.453732), (56, 154.84, 7.306860), (47, 34.52, 27.261239), (42, 207.19, 0.121824),
    (40, 291.34, 1.844379), (37, 161.72, 24.198154), (35, 239.56, 25.513099), (23, 331.55, 3.592518),
)  # fmt: skip


@cache
def new_moon(k: int) -> float:
    """Julian day (universal time) of the new moon ``k`` (0 is that of 2000-01-06)."""
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t**2 - 0.00000015 * t**3 + 0.00000000073 * t**4
    e = 1 - 0.002516 * t - 0.0000074 * t**2
    sun = 2.5534 + 29.10535670 * k - 0.0000014 * t**2 - 0.00000011 * t**3
    moon = 201.5643 + 385.81693528 * k + 0.0107582 * t**2 + 0.00001238 * t**3 - 0.000000058 * t**4
    f = 160.7108 + 390.67050284 * k - 0.0016118 * t**2 - 0.00000227 * t**3 + 0.000000011 * t**4
    node = 124.7746 - 1.56375588 * k + 0.0020672 * t**2 + 0.00000215 * t**3
    jde += sum(c * e**p * _sin(a * sun + b * moon + g * f + n * node) for c, a, b, g, n, p in _TERMS)
    for index, (amplitude, constant, rate) in enumerate(_PLANETS):
        jde += amplitude * 1e-6 * _sin(constant + rate * k - (0.009173 * t**2 if index == 0 else 0))
    return jde - delta_t(2000 + (jde - _J2000) / 365.25) / 86400


def sun_longitude(jd: float) -> float:
    """Apparent longitude of the sun in degrees (to 0.01°)."""
    t = (jd + delta_t(2000 + (jd - _J2000) / 365.25) / 86400 - _J2000) / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t**2
    m = 357.52911 + 35999.05029 * t - 0.0001537 * t**2
    centre = (1.914602 - 0.004817 * t - 0.000014 * t**2) * _sin(m) + (0.019993 - 0.000101 * t) * _sin(2 * m) + 0.000289 * _sin(3 * m)
    return (mean + centre - 0.00569 - 0.00478 * _sin(125.04 - 1934.136 * t)) % 360


def _zone(year: int) -> float:
    return 8 / 24 if year < 1968 else 7 / 24


def moment(k: int) -> tuple[date, float]:
    """Local day of the new moon, and how many seconds it lies from the nearest midnight."""
    jd = new_moon(k)
    year = 2000 + (jd - _J2000) / 365.25
    local = jd + _zone(math.floor(year + 1e-9)) - _ORDINAL
    day = math.floor(local)
    return date.fromordinal(int(day)), min(local - day, day + 1 - local) * 86400


def _k_before(day: date) -> int:
    """The last new moon whose local day is not after ``day``."""
    k = round((day - date(2000, 1, 6)).days / 29.530588861)
    while moment(k)[0] > day:
        k -= 1
    while moment(k + 1)[0] <= day:
        k += 1
    return k


def _sector(day: date) -> int:
    """Principal terms passed at the day's beginning (0 to 11; 9 is the winter solstice)."""
    jd = day.toordinal() + _ORDINAL - _zone(day.year)
    return int(sun_longitude(jd) // 30)


@cache
def _month_eleven(year: int) -> int:
    """The new moon that opens the month with the winter solstice of the solar year."""
    k = _k_before(date(year, 12, 31))
    if _sector(moment(k)[0]) >= 9:
        k -= 1
    return k


def months(year: int) -> list[tuple[date, int, int, bool]]:
    """(first day, lunar year, month, leap) of the months from month 11 of ``year - 1`` to month 10 of ``year``."""
    first, last = _month_eleven(year - 1), _month_eleven(year)
    leap = None
    if last - first == 13:
        leap = next(k for k in range(first + 1, last) if _sector(moment(k)[0]) == _sector(moment(k + 1)[0]))
    out = []
    number = 11
    for k in range(first, last):
        if k != first and k != leap:
            number = number % 12 + 1
        out.append((moment(k)[0], year - 1 if number >= 11 and k - first <= 2 else year, number, k == leap))
    return out


def every_day(first_year: int, last_year: int) -> dict[date, tuple[int, int, int, bool]]:
    """(year, month, day, leap) of every day of those years."""
    starts = [month for year in range(first_year, last_year + 2) for month in months(year)]
    out: dict[date, tuple[int, int, int, bool]] = {}
    for (start, year, month, leap), following in zip(starts, [*starts[1:], None], strict=True):
        if following is None:
            break
        for offset in range((following[0] - start).days):
            day = start + timedelta(days=offset)
            if first_year <= day.year <= last_year:
                out[day] = (year, month, offset + 1, leap)
    return out
