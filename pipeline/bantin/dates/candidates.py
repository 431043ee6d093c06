"""What may be a DATE: one pass over the tokens; at each the longest expression of the grammar, its
other plausible extents, and the days that it shares a month with ("các ngày 5, 6 và 7-3").
"""

from __future__ import annotations

from bantin.dates.grammar import Grammar
from bantin.dates.scanner import Found
from bantin.dates.vocabulary import contexts
from bantin.reading import Candidate, Reading

_LONGEST_COORDINATION = 12  # members of "các ngày 5, 6, … và 7-3"


def propose(reading: Reading) -> list[Candidate]:
    """DATE candidates; ``data`` holds the fields of :mod:`bantin.dates.grammar`, ``first`` and ``last``
    (tokens, half open), ``exact`` (a full date, which is one whatever stands around it) and, on the
    ends of a range that is also proposed whole, ``inside``."""
    scan = Grammar(reading)
    first = scan.lexicon.first
    out: list[Candidate] = []
    at = 0
    while at < scan.count:
        if scan.shape[at] != "0" and scan.word[at] not in first:
            at += 1
            continue
        at = max(at + 1, _propose_at(reading, scan, at, out))
    return out


def _propose_at(reading: Reading, scan: Grammar, at: int, out: list[Candidate]) -> int:
    """Append what begins at the token; the token from which to go on."""
    if coordinated := _coordination(reading, scan, at, out):
        return coordinated
    if found := scan.range(at):
        _add(reading, scan, at, found, "range", out)
        if not found[1]["opened"] and "mark" not in found[1]["begin"]:
            _ends(reading, scan, at, found, out)
        return found[0]
    found = scan.expression(at)
    if not found:
        return at + 1
    end, fields = found
    if fields.get("rel") and scan.word[at] == "trong" and fields["unit"] == "day":
        fields = fields | {"whole": True}
    if "clock_end" in fields and scan.words[at - 1] == "từ" and scan.near(at):
        at -= 1  # "từ 7 giờ đến 19 giờ ngày 23-5": "từ" joins the two ends
    _add(reading, scan, at, (end, fields), _rule(fields), out)
    _shorter(reading, scan, at, end, fields, out)
    return end


def _rule(fields: dict) -> str:
    unit = fields["unit"]
    if "stretch" in fields:
        return f"{unit}:stretch"
    if "rel" in fields:
        return f"{unit}:{fields['rel'][0]}"
    if fields.get("plain"):
        return f"{unit}:figures"
    if unit == "day":
        return "day:" + "".join(key for key in "dmy" if key in fields) + (":lunar" if fields.get("lunar") else "") + (":week" if "weekday" in fields and "d" not in fields else "")
    return unit


def _add(reading: Reading, scan: Grammar, at: int, found: Found, rule: str, out: list[Candidate], **more) -> None:
    end, fields = found
    left, right = scan.start[at], scan.end[end - 1]
    # A credit's last name may swallow the word that opens the next sentence ("Ảnh: Công Lý Sáng 22/5"):
    # the figures tell whether the date itself lies in a region that is not read.
    figures = next((scan.start[i] for i in range(at, end) if scan.shape[i] == "0"), left)
    if reading.is_unread(figures, right):
        return
    if _counts(scan, at, end, fields):
        return
    exact = fields["unit"] == "day" and _is_exact(fields)
    if fields["unit"] == "range":
        exact = all(all(key in fields[edge] for key in "dmy") for edge in ("begin", "end"))
    out.append(Candidate("DATE", left, right, rule, {**fields, "first": at, "last": end, "exact": exact} | more))


def _is_exact(fields: dict) -> bool:
    """A full date; a clock time with a day; a weekday with its week: nothing else is written so."""
    if all(key in fields for key in "dmy"):
        return not fields.get("lunar")
    if "clock" in fields:
        return ("d" in fields and "m" in fields) or "rel" in fields
    return "weekday" in fields and ("week" in fields or fields.get("way") == -1)


def _counts(scan: Grammar, at: int, end: int, fields: dict) -> bool:
    """Bare figures behind which a measure stands ("3-4 triệu đồng"); the feast that is kept ("ăn tết")."""
    if fields.get("tet") and at and scan.near(at) and fields["d"] == 1 and not fields.keys() & {"y", "yrel", "cycle"}:
        return any("festive" in kinds for _, kinds in contexts().every(scan.word, at - 1))  # type: ignore[operator]
    figures = (fields.get("mark") is not None and "y" not in fields) or (fields.get("plain") and fields["unit"] == "year")
    if not figures or scan.shape[at] != "0" or not 0 < end < scan.count or not scan.near(end):
        return False
    return any("measure" in kinds for _, kinds in contexts().every(scan.word, end))  # type: ignore[operator]


def _shorter(reading: Reading, scan: Grammar, at: int, end: int, fields: dict, out: list[Candidate]) -> None:
    """Other extents: without "này", "tới" behind a month; without the words before a day; the day
    beside a name on its own."""
    if "way" in fields:
        cut = end - 2 if scan.words[end - 2] == "vừa" else end - 1
        if fields["unit"] == "month":
            _add(reading, scan, at, (cut, fields), _rule(fields), out, cut="way")
    if fields["unit"] == "day" and not fields.get("lunar") and scan.near(end) and _is_way(scan, end) and "m" in fields and "y" not in fields:
        _add(reading, scan, at, (scan.way(end, {})[0], fields | scan.way(end, {})[1]), _rule(fields), out, longer="way")
    if fields["unit"] == "month" and "m" in fields and "y" not in fields and scan.near(end) and _is_way(scan, end) and "yrel" not in fields:
        longer, way = scan.way(end, {})
        out[-1].data["way"] = way["way"]
        _add(reading, scan, at, (longer, fields | way), _rule(fields), out, longer="way")
    if "mod" in fields and not fields.get("bare"):
        _add(reading, scan, at + 1, (end, {key: value for key, value in fields.items() if key != "mod"}), _rule(fields), out, inside=True)
    if fields["unit"] == "season" and "yrel" in fields and (inner := scan.expression(end - 2)) and inner[0] == end:
        _add(reading, scan, end - 2, inner, _rule(inner[1]), out, inside=True)
    if fields["unit"] == "named" and scan.near(end):
        _beside_name(reading, scan, at, end, fields, out)
    if fields["unit"] == "season" and "y" in fields and scan.shape[end - 1] == "0":
        _add(reading, scan, end - 1, (end, {"unit": "year", "y": fields["y"], "plain": True}), "year:figures", out, inside=True)
    if fields["unit"] == "years" and scan.shape[at] != "0" and scan.word[at] in ("mùa",):
        return
    if scan.word[at] == "năm" and fields["unit"] == "years" and at and scan.near(at) and (number := scan.number(at - 1)) and number == (at, 5):
        out.pop()
        # "5 năm 2021 - 2025", "Năm năm 2005-2010": a plan's name; "hai năm 1932-1933" counts
        _add(reading, scan, at - 1, (end, fields), "years", out, longer="numeral", exact=True)


def _is_way(scan: Grammar, at: int) -> bool:
    return scan.words[at] in ("tới", "này", "rồi") or (scan.words[at] == "vừa" and scan.words[at + 1] in ("qua", "rồi"))


def _beside_name(reading: Reading, scan: Grammar, at: int, end: int, fields: dict, out: list[Candidate]) -> None:
    """"Quốc khánh 2-9": the name with its date (one day), beside the name and the date alone."""
    number = scan.core(end)
    if not number or "m" not in number[1] or number[1].get("lunar") or number[1]["unit"] != "day":
        return
    if "mark" in number[1]:
        _add(reading, scan, at, (number[0], number[1] | {"name": True}), "named+day", out, longer="day")


def _ends(reading: Reading, scan: Grammar, at: int, found: Found, out: list[Candidate]) -> None:
    """The two ends of a range that no "từ" opens, each for itself."""
    begin = scan.expression(at)
    if not begin:
        return
    _add(reading, scan, at, begin, _rule(begin[1]), out, inside=True)
    after = begin[0] + 1
    if after < found[0] and (last := scan.expression(after)) and last[0] == found[0]:
        _add(reading, scan, after, last, _rule(last[1]), out, inside=True)


def _coordination(reading: Reading, scan: Grammar, at: int, out: list[Candidate]) -> int | None:
    """"ngày 9 và 10-2", "các ngày 5, 6 và 7-3", "tháng 4, 5 và 6/2022", "mùng 9, mùng 10 tháng Giêng":
    numbers that take their month (or year) from the last of them."""
    words = scan.words
    begin = at
    part: dict = {}
    if scan.lexicon.parts.longest(scan.word, at):
        end, code = scan.lexicon.parts.longest(scan.word, at)  # type: ignore[misc]
        if not scan.near(end):
            return None
        part, at = {"part": code}, end
    month = words[at] == "tháng"
    if words[at] in ("ngày", "hôm") or month:
        at += 1
        if not scan.near(at):
            return None
    elif not (part or words[at] in scan.lexicon.mung or (at and words[at - 1] in (",", "và"))):
        return None
    members: list[tuple[int, int, dict]] = []
    first = begin
    for _ in range(_LONGEST_COORDINATION):
        mung = words[at] in scan.lexicon.mung
        value = scan.digits(at + mung)
        if value is None or not 1 <= value <= (12 if month else 31) or (scan.glued(at + mung) and (scan.word[at + mung - 1] != "ngày")):
            return None
        end = at + mung + 1
        # "Đêm 29 rạng sáng 30-4" is joined by nothing
        night = bool(part) and words[end] == "rạng"
        if not night and (words[end] not in (",", "và", "&") or not scan.near(end + 1) or scan.glued(end + 1)):
            return None
        if not scan.near(end):
            return None
        members.append((first, end, {"unit": "month", "m": value} if month else {"unit": "day", "d": value, **({"mung": True} if mung else {}), **part}))
        at = first = end if night else end + 1
        part = {}
        if words[at] == "và":
            at = first = at + 1
        # The last member has its month; the part of the day or "ngày" may be said again.
        last = scan.month_with_year(at) if month else scan.day(at)
        if last is None:
            continue
        fields = last[1]
        if fields["unit"] != ("month" if month else "day") or ("y" if month else "m") not in fields or "rel" in fields:
            return None
        if scan.range(at):
            return None
        for left, right, own in members:
            shared = {key: fields[key] for key in ("m", "y", "yrel", "lunar", "leap", "cycle") if key in fields and key not in own}
            rule = "month:shared" if month else "day:shared"
            _add(reading, scan, left, (right, own | shared), rule, out, shared=True, exact=not fields.get("mung") and (words[begin] in ("ngày", "tháng") or "part" in own))
        _add(reading, scan, first, last, _rule(fields), out, shared=True)
        return last[0]
    return None
