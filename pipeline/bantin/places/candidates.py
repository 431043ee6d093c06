"""What may be a place: a class noun with its name or number, names coordinated with it, names that
stand bare, and acronyms. Every plausible right end is proposed; the classifier settles which."""

from __future__ import annotations

from functools import lru_cache

from bantin.lexicon import Gazetteer, rows
from bantin.places import units
from bantin.reading import Candidate, Reading, Tokens

LONGEST_NAME = 6  # tokens after the class noun
_CAPITAL = ("X", "A")


@lru_cache(maxsize=1)
def classes() -> Gazetteer:
    """Class nouns; payload: the row of lexicon/classes.tsv."""
    return Gazetteer((row["form"], row) for row in rows("places", "classes", ("form", "kind", "takes")))


@lru_cache(maxsize=1)
def names() -> Gazetteer:
    """Names that stand bare; payload: kinds joined by '+' (province, district, commune, country, region …)."""
    kinds: dict[str, list[str]] = {}
    for row in rows("places", "names", ("form", "kind")):
        kinds.setdefault(row["form"], []).append(row["kind"])
    for row in rows("places", "aliases", ("alias", "code")):
        kinds.setdefault(row["alias"], []).append({"1": "province", "2": "district", "3": "commune"}[row["level"]])
    for name, kind in units.load().names():
        if not name.isdigit():
            kinds.setdefault(name, []).append(kind)
    merged: dict[str, set[str]] = {}
    for form, found in kinds.items():
        merged.setdefault(form.lower(), set()).update(found)
    return Gazetteer((form, "+".join(sorted(found))) for form, found in sorted(merged.items()))


class Marks:
    """Class nouns and known names laid on the tokens once."""

    def __init__(self, reading: Reading) -> None:
        tokens = reading.tokens
        folded, shape = tokens.folded, tokens.shape
        self.classes: dict[int, tuple[int, dict]] = {}
        self.class_end: dict[int, dict] = {}
        gazetteer = classes()
        for start, end, row in gazetteer.scan(folded):
            self.classes[start] = (end, row)  # type: ignore[assignment]
            # of two class nouns that end together the longer is the class: "thị xã" is no "xã"
            self.class_end.setdefault(end, row)  # type: ignore[arg-type]
        self.names: dict[int, list[tuple[int, str]]] = {}
        known = names()
        for at, form in enumerate(folded):
            if shape[at] in _CAPITAL or form in ("miền", "châu", "đồng", "bán", "tứ", "duyên", "xứ"):
                found = known.every(folded, at)
                if found:
                    self.names[at] = found  # type: ignore[assignment]


def marks(reading: Reading) -> Marks:
    if "places.marks" not in reading.facts:
        reading.facts["places.marks"] = Marks(reading)
    return reading.facts["places.marks"]


def propose(reading: Reading) -> list[Candidate]:
    """PLACE candidates; ``data``: tokens ``first``, ``name`` (where the name begins), ``last``, ``kind``,
    ``class`` (the class noun's folded form or '')."""
    tokens = reading.tokens
    laid = marks(reading)
    dates = {tokens.at(span.start): tokens.before(span.end) + 1 for span in reading.spans("DATE")}
    out: list[Candidate] = []
    named: set[str] = set()
    for start, (end, row) in laid.classes.items():
        out.extend(_after_class(reading, tokens, laid, start, end, row))
    for c in out:
        if tokens.shape[c.data["name"]] in _CAPITAL:
            named.add(" ".join(tokens.folded[c.data["name"] : c.data["last"]]))
    out.extend(_bare(reading, tokens, laid, named, dates))
    return [c for c in out if not reading.is_unread(c.start, c.end)]


def _make(tokens: Tokens, first: int, name: int, last: int, rule: str, kind: str, form: str) -> Candidate:
    return Candidate("PLACE", tokens.start[first], tokens.end[last - 1], rule, {"first": first, "name": name, "last": last, "kind": kind, "class": form})


def _near(reading: Reading, tokens: Tokens, at: int) -> bool:
    """Token ``at`` follows the one before it with a space, a soft line break or nothing between."""
    gap = reading.text[tokens.end[at - 1] : tokens.start[at]]
    return gap in ("", " ", "  ", "\n")


def _after_class(reading: Reading, tokens: Tokens, laid: Marks, start: int, end: int, row: dict) -> list[Candidate]:
    """Candidates of one class noun [start, end): its name's possible ends, or its number."""
    count = len(tokens)
    if end >= count or not _near(reading, tokens, end):
        return []
    at = end
    form = " ".join(tokens.folded[start:end])
    out = []
    if row["takes"] in ("both", "number"):
        number = at
        if tokens.folded[number] == "số" and number + 1 < count:
            number += 1
        if tokens.shape[number] == "0" or (tokens.shape[number] in _CAPITAL and _roman(tokens.form[number])):
            last = number + 1
            # "1A", "12B", "30-4", "19/5", "K1", "5.2"
            ends = [last]
            while last < count and tokens.start[last] == tokens.end[last - 1] and last - number < 5:
                if tokens.form[last] in "-/." and last + 1 < count and tokens.start[last + 1] == tokens.end[last] and tokens.shape[last + 1] in ("0", "X", "A"):
                    last += 2
                elif tokens.shape[last] in ("X", "A", "0") or (tokens.shape[last] == "x" and len(tokens.form[last]) == 1):
                    last += 1
                else:
                    break
                ends.append(last)
            out += [_make(tokens, start, number, stop, "class+number", row["kind"], form) for stop in ends]
            # "khu phố 3 Tân Lập", "tổ 5 Hoà Bình": the name may go on
            if last < count and tokens.shape[last] in _CAPITAL and _near(reading, tokens, last) and tokens.start[last] > tokens.end[last - 1]:
                stop = last
                while stop < count and stop - last < 3 and tokens.shape[stop] in _CAPITAL and reading.text[tokens.end[stop - 1] : tokens.start[stop]] == " ":
                    stop += 1
                    out.append(_make(tokens, start, number, stop, "class+number+name", row["kind"], form))
            return out
        if row["takes"] == "number":
            return out
    quoted = tokens.form[at] in "“\"'‘" and at + 1 < count
    first_name = at + 1 if quoted else at
    if tokens.shape[first_name] not in _CAPITAL:
        return out
    if tokens.shape[start] == "A" and tokens.shape[first_name] != "A" and len(tokens.form[start]) > 2:
        return out  # a heading in capitals has ended
    for stop in _name_ends(reading, tokens, first_name):
        out.append(_make(tokens, start, first_name, stop, "class+name", row["kind"], form))
    return out


def _roman(form: str) -> bool:
    return bool(form) and set(form) <= set("IVX") and len(form) <= 4


def _name_ends(reading: Reading, tokens: Tokens, at: int) -> list[int]:
    """Where a name that begins at ``at`` may end: capitals in a row, joined by spaces, hyphens
    (Bà Rịa - Vũng Tàu, Hơ-moong) or apostrophes, with a number at the end (Tân Lập 2)."""
    count = len(tokens)
    ends = []
    stop = at
    text = reading.text
    while stop < count and stop - at < LONGEST_NAME + 2:
        if stop > at:
            gap = text[tokens.end[stop - 1] : tokens.start[stop]]
            if gap not in ("", " ") and not (gap == "\n" and tokens.shape[stop] in _CAPITAL and text.rfind("\n", 0, tokens.end[stop - 1]) < tokens.end[stop - 1] - 60):
                break
        shape = tokens.shape[stop]
        if shape in _CAPITAL:
            stop += 1
            ends.append(stop)
        elif stop > at and tokens.form[stop] in "-–’'" and stop + 1 < count:
            tight = tokens.start[stop] == tokens.end[stop - 1] and tokens.start[stop + 1] == tokens.end[stop]
            spaced = tokens.shape[stop + 1] in _CAPITAL
            if (tight and tokens.form[stop + 1][0].isalpha()) or (spaced and tokens.form[stop] in "-–"):
                stop += 2
                ends.append(stop)
            else:
                break
        elif shape == "0" and stop > at and len(tokens.form[stop]) <= 2 and tokens.start[stop] > tokens.end[stop - 1]:
            stop += 1
            ends.append(stop)
            break
        else:
            break
    return ends


def _bare(reading: Reading, tokens: Tokens, laid: Marks, named: set[str], dates: dict[int, int]) -> list[Candidate]:
    """Names without a class noun: known names, names that the article gives with one elsewhere, and
    runs of capitals that go on a coordination ("các xã A, B và C") or stand in brackets after a place."""
    out: list[Candidate] = []
    count = len(tokens)
    open_kind = ""
    open_until = -1
    at = 0
    while at < count:
        if at in laid.classes:
            end, row = laid.classes[at]
            if end < count and (tokens.shape[end] in _CAPITAL or tokens.shape[end] == "0"):
                open_kind, open_until = row["kind"], end + LONGEST_NAME + 4
        shape = tokens.shape[at]
        if at in laid.names:
            for end, kinds in laid.names[at]:
                if all(tokens.shape[i] in (*_CAPITAL, "0") or tokens.form[i] in "-–.'" for i in range(at + 1, end) if tokens.folded[i] not in ("và", "sông", "núi", "phía", "biển", "hải")):
                    out.append(_make(tokens, at, at, end, "known", kinds, ""))
        if shape in _CAPITAL and at not in dates and (at == 0 or tokens.shape[at - 1] not in _CAPITAL or reading.text[tokens.end[at - 1] : tokens.start[at]] != " "):
            ends = _name_ends(reading, tokens, at)
            before = tokens.form[at - 1] if at else ""
            coordinated = open_until >= at and (before in ",;-–/" or before in ("và", "với", "hoặc", "&"))
            bracket = before == "(" and at >= 2
            for end in ends:
                key = " ".join(tokens.folded[at:end])
                if coordinated or bracket:
                    out.append(_make(tokens, at, at, end, "coordinated" if coordinated else "bracket", open_kind if coordinated else "unknown", ""))
                    open_until = max(open_until, end + 4)
                elif key in named:
                    out.append(_make(tokens, at, at, end, "named", "unknown", ""))
            if ends:
                at = max(at + 1, at + 1)
                continue
        elif shape == "0" and open_until >= at and tokens.form[at - 1] in ",–-" and open_kind in ("district", "commune", "sublocal", "road"):
            out.append(_make(tokens, at, at, at + 1, "coordinated+number", open_kind, ""))
            open_until = max(open_until, at + 4)
        elif tokens.form[at] in ".;:" or (shape == "x" and tokens.folded[at] not in ("và", "với", "hoặc") and at > open_until - 2):
            open_until = -1 if tokens.form[at] in ".:" else open_until
        at += 1
    return out
