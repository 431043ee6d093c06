"""Days, months and longer stretches written in every form of the press, with the value that made them.

``python tests/date_forms.py 100000`` checks so many; the test takes fewer.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import vnlunar

_UNITS = ["", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
_MONTHS = ["", "Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười một", "Mười hai"]
_ROMAN = ["", "I", "II", "III", "IV"]
_WEEKDAYS = ["thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"]
_PARTS = ["Sáng", "Trưa", "Chiều", "Tối", "Đêm", "Rạng sáng", "Buổi sáng", "Chiều tối"]
_CENTURY = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX", "XXI"]


def words(number: int) -> str:
    """A number below forty as it is read."""
    if number <= 10:
        return "mười" if number == 10 else _UNITS[number]
    ten, one = divmod(number, 10)
    head = "mười" if ten == 1 else f"{_UNITS[ten]} mươi"
    tail = {0: "", 1: "một" if ten == 1 else "mốt", 5: "lăm"}.get(one, _UNITS[one])
    return f"{head} {tail}".strip()


def forms(day: date, anchor: date, rng: random.Random) -> Iterator[tuple[str, str]]:
    """(expression, EDTF value) for a day; short forms only where the anchor tells their year."""
    d, m, y = day.day, day.month, day.year
    iso = day.isoformat()
    month, part, clock = f"{y}-{m:02d}", rng.choice(_PARTS), rng.choice(["8 giờ", "10h30", "14 giờ 15 phút", "7g", "19h"])
    for mark in "/-.":
        yield f"ngày {d}{mark}{m}{mark}{y}", iso
        yield f"{d:02d}{mark}{m:02d}{mark}{y}", iso
    yield f"ngày {d} tháng {m} năm {y}", iso
    yield f"Ngày {d:02d} tháng {m:02d} năm {y}", iso
    yield f"{d} tháng {m} năm {y}", iso
    yield f"ngày {d} tháng {m}/{y}", iso
    yield f"ngày {words(d)} tháng {words(m) if m != 4 else 'tư'} năm {y}", iso
    yield f"ngày {d} / {m} / {y}", iso
    yield f"ngày{d}/{m}/{y}", iso
    yield f"{_WEEKDAYS[day.weekday()]}, ngày {d}/{m}/{y}", iso
    yield f"{part} {d}/{m}/{y}", iso
    yield f"{part} ngày {d}-{m}-{y}", iso
    yield f"{clock} ngày {d}/{m}/{y}", iso
    yield f"{clock} {part.lower()} {d}.{m}.{y}", iso
    for mark in "/-.":
        yield f"tháng {m}{mark}{y}", month
    yield f"tháng {m} năm {y}", month
    yield f"tháng {_MONTHS[m]} năm {y}", month
    yield f"cuối tháng {m}/{y}", month
    quarter = (m + 2) // 3
    for head in ("quý ", "Quý "):
        yield f"{head}{_ROMAN[quarter]}/{y}", f"{y}-{32 + quarter}"
        yield f"{head}{_ROMAN[quarter]} năm {y}", f"{y}-{32 + quarter}"
        yield f"{head}{quarter} năm {y}", f"{y}-{32 + quarter}"
    yield f"năm {y}", f"{y}"
    yield f"NĂM {y}", f"{y}"
    yield f"đầu năm {y}", f"{y}"
    yield f"{m} tháng đầu năm {y}", f"{y}-01/{y}-{m:02d}" if m > 1 else f"{y}-01"
    yield f"6 tháng cuối năm {y}", f"{y}-07/{y}-12"
    yield f"{words(m)} tháng đầu năm {y}", f"{y}-01/{y}-{m:02d}" if m > 1 else f"{y}-01"
    later = y + rng.randint(1, 10)
    for dash in ("-", " - ", "–", " – "):
        yield f"nhiệm kỳ {y}{dash}{later}", f"{y}/{later}"
        yield f"giai đoạn {y}{dash}{later}", f"{y}/{later}"
        yield f"năm học {y}{dash}{y + 1}", f"{y}/{y + 1}"
    yield f"những năm {y // 10 * 10}", f"{y // 10}X"
    yield f"thập niên {y // 10 * 10}", f"{y // 10}X"
    yield f"thế kỷ {_CENTURY[y // 100 + 1]}", f"{y // 100}XX"
    end = day + timedelta(days=rng.randint(1, 60))
    yield f"từ ngày {d}/{m}/{y} đến ngày {end.day}/{end.month}/{end.year}", f"{iso}/{end.isoformat()}"
    yield f"{d}/{m}/{y} - {end.day}/{end.month}/{end.year}", f"{iso}/{end.isoformat()}"
    yield f"{d}-{m}-{y} - {end.day}-{end.month}-{end.year}", f"{iso}/{end.isoformat()}"
    if end.month == m and end.year == y:
        yield f"từ ngày {d} đến {end.day}-{m}-{y}", f"{iso}/{end.isoformat()}"
        yield f"từ {d} đến {end.day}/{m}/{y}", f"{iso}/{end.isoformat()}"
    yield f"mùa hè năm {y}", f"{y}-22"
    yield f"ngày {d}-{m} hằng năm", f"XXXX-{m:02d}-{d:02d}"
    yield f"ngày {d} hằng tháng", f"XXXX-XX-{d:02d}"
    yield f"cách đây {rng.randint(2, 90)} năm", "ago"
    if 0 <= (anchor - day).days <= 150:
        for mark in "/-.":
            yield f"ngày {d}{mark}{m}", iso
            yield f"{part} {d}{mark}{m}", iso
        yield f"ngày {d} tháng {m}", iso
        yield f"{clock} ngày {d}/{m}", iso
        yield f"{_WEEKDAYS[day.weekday()]}, {d}/{m}", iso
        yield f"{part} {_WEEKDAYS[day.weekday()]} ({d}/{m})", iso
        yield f"tháng {m}", month
    lunar = vnlunar.get_lunar_date(d, m, y)
    if not lunar["leap"]:
        name = vnlunar.get_year_can_chi(lunar["year"])
        ld, lm = lunar["day"], lunar["month"]
        head = "mùng" if ld <= 10 else "ngày"
        if abs(lunar["year"] - anchor.year) <= 29:
            yield f"{head} {ld} tháng {lm} năm {name}", iso
            yield f"ngày {ld}-{lm} {name}", iso
            if lm in (1, 12):
                yield f"{head} {ld} tháng {'Giêng' if lm == 1 else 'Chạp'} năm {name}", iso
        yield f"ngày {ld} tháng {lm} năm {name} {lunar['year']}", iso
        yield f"ngày {ld}/{lm}/{lunar['year']} âm lịch", iso
    new_year = vnlunar.convert_lunar_to_solar(1, 1, y)
    tet = date(new_year[2], new_year[1], new_year[0]).isoformat()
    yield f"Tết {vnlunar.get_year_can_chi(y)} {y}", tet
    yield f"Tết Nguyên đán {vnlunar.get_year_can_chi(y)} năm {y}", tet
    yield f"Tết Nguyên đán {y}", tet


def examples(count: int, seed: int = 5) -> Iterator[tuple[str, str, date]]:
    """(expression, value, anchor): ``count`` of them, the same for the same seed."""
    rng = random.Random(seed)
    made = 0
    while True:
        anchor = date(2000, 1, 1) + timedelta(days=rng.randint(0, 9800))
        near = rng.random() < 0.5
        day = anchor - timedelta(days=rng.randint(0, 150)) if near else date(1930, 1, 1) + timedelta(days=rng.randint(0, 36500))
        for text, value in forms(day, anchor, rng):
            if value == "ago":
                value = str(anchor.year - int(text.split()[2]))
            yield text, value, anchor
            made += 1
            if made == count:
                return


@lru_cache(maxsize=1)
def _pipeline():
    from bantin.dates import candidates, resolve
    from bantin.reading import Span

    return candidates, resolve, Span


def read(text: str, anchor: date) -> tuple[str, str] | None:
    """What the rules alone make of a sentence with one date: (surface, value) of the longest proposal."""
    from bantin.article import Article, Published
    from bantin.reading import Reading

    candidates, resolve, span = _pipeline()
    reading = Reading(Article(f"Huyện thông báo, {text}, như sau.", "form", Published(anchor.year, anchor.month, anchor.day)))
    proposed = candidates.propose(reading)
    if not proposed:
        return None
    best = max(proposed, key=lambda c: c.end - c.start)
    reading.found["DATE"] = [span("DATE", best.start, best.end, best.rule, 1.0, best.data)]
    resolve.resolve(reading)
    return reading.text[best.start : best.end], reading.found["DATE"][0].value["value"]


def failures(count: int, seed: int = 5) -> list[tuple[str, str, str, tuple[str, str] | None]]:
    """The examples that did not come back: (expression, value, anchor, what came)."""
    out = []
    for text, value, anchor in examples(count, seed):
        got = read(text, anchor)
        if got != (text, value):
            out.append((text, value, anchor.isoformat(), got))
    return out


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent / "pipeline"))
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    wrong = failures(total)
    for row in wrong[:40]:
        print(*row)
    print(f"{total} written, {len(wrong)} did not come back")
