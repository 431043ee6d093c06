"""What may be a place: a class noun with its name or number, names coordinated with it, names that
stand bare, and acronyms. Every plausible right end is proposed; the classifier settles which."""

from __future__ import annotations

from functools import lru_cache

from bantin.lexicon import Gazetteer, rows, split
from bantin.places import units
from bantin.reading import Candidate, Reading, Tokens

LONGEST_NAME = 6  # tokens after the class noun
_CAPITAL = ("X", "A")
_OF_UNITS = {"province", "district", "commune"}


@lru_cache(maxsize=1)
def class_rows() -> list[dict[str, str]]:
    """The rows of lexicon/classes.tsv; ``form_key`` is the form as a candidate's ``class`` has it."""
    found = rows("places", "classes", ("form", "kind", "takes", "unit"))
    for row in found:
        row["form_key"] = " ".join(split(row["form"]))
    return found


@lru_cache(maxsize=1)
def classes() -> Gazetteer:
    """Class nouns; payload: the row of lexicon/classes.tsv."""
    return Gazetteer((row["form"], row) for row in class_rows())


@lru_cache(maxsize=1)
def names() -> Gazetteer:
    """Names that stand bare; payload: kinds joined by '+' (province, district, commune, country, region …)."""
    kinds: dict[str, list[str]] = {}
    for row in rows("places", "names", ("form", "kind")):
        kinds.setdefault(row["form"], []).append(row["kind"])
    for row in _aliases():
        if row["use"] != "context":
            kinds.setdefault(row["alias"], []).append(units.LEVELS[int(row["level"])])
    for name, kind in units.load().names():
        if not (name.isdigit() or _roman(name.upper())):
            kinds.setdefault(name, []).append(kind)
    merged: dict[str, set[str]] = {}
    for form, found in kinds.items():
        merged.setdefault(form.lower(), set()).update(found)
    return Gazetteer((form, "+".join(sorted(found))) for form, found in sorted(merged.items()))


@lru_cache(maxsize=1)
def _aliases() -> list[dict[str, str]]:
    return rows("places", "aliases", ("alias", "level", "code", "name", "use"))


@lru_cache(maxsize=1)
def _short() -> Gazetteer:
    """Aliases that need support (HN, BMT, Sài Gòn); payload: the level's kind and the folded names of
    the unit and of its province, one of which the article must name."""
    found: dict[str, tuple[str, set[str]]] = {}
    table = units.load()
    for row in _aliases():
        if row["use"] == "context":
            names_ = {units.key(row["name"])}
            for unit in table.periods(row["code"]):
                if unit.parent:
                    names_ |= {units.key(parent.name) for parent in table.periods(unit.parent)}
            found.setdefault(row["alias"], (units.LEVELS[int(row["level"])], set()))[1].update(names_)
    return Gazetteer(found.items())


@lru_cache(maxsize=1)
def _small() -> frozenset[str]:
    """The folded words that stand without a capital in a name of names.tsv (miền Nam, đồng bằng sông Hồng)."""
    return frozenset(token for row in rows("places", "names", ("form",)) for word in row["form"].split() if word[0].islower() for token in split(word))


@lru_cache(maxsize=1)
def contexts() -> Gazetteer:
    """Words beside places; payload: their senses (lexicon/contexts.tsv)."""
    return Gazetteer((row["form"], row["sense"].split("+")) for row in rows("places", "contexts", ("form", "sense")))


@lru_cache(maxsize=1)
def heads() -> Gazetteer:
    """Bodies that fix the level of the unit after them; payload: its official kinds (lexicon/cues.tsv)."""
    return Gazetteer((row["form"], tuple(row["unit"].split("|"))) for row in rows("places", "cues", ("form", "cue", "unit")) if row["cue"] == "head")


@lru_cache(maxsize=1)
def _persons() -> frozenset[str]:
    return frozenset(" ".join(split(row["form"])) for row in rows("places", "cues", ("form", "cue")) if row["cue"] == "person")


class Marks:
    """Class nouns, known names and the words beside them laid on the tokens once.

    ``classes``: token -> (end, row); ``class_end``: end -> row; ``names``: token -> [(end, kinds)];
    ``senses``: (end, sense) of words that tell what follows, in order; ``measures``: tokens where one begins.
    """

    def __init__(self, reading: Reading) -> None:
        tokens = reading.tokens
        folded, shape = tokens.folded, tokens.shape
        self.senses: list[tuple[int, str]] = []
        self.measures: set[int] = set()
        stopped: set[int] = set()
        for start, end, senses in contexts().scan(folded):
            for sense in senses:  # type: ignore[attr-defined]
                if sense == "measure":
                    self.measures.add(start)
                elif sense != "stop":
                    self.senses.append((end, sense))
                elif shape[end - 1] == "x" or all(form == "A" for form in shape[start:end]):
                    # "xã Hội Sơn" is no "xã hội": a compound ends in a small letter or is all capitals
                    stopped.update(range(start, end))
        self.heads: set[int] = set()
        known, small = names(), _small()
        for start, end, _ in heads().scan(folded):
            if any(stop > end and _OF_UNITS & set(kinds.split("+")) for stop, kinds in known.every(folded, end - 1)):  # type: ignore[attr-defined]
                continue  # "xã Đoàn Tùng" is no "xã đoàn"
            self.heads.add(end)
            stopped.add(start)  # "Huyện đoàn X": the huyện is the body's
            self.senses.append((end, "office"))
        self.senses.sort()
        # a newspaper's, broadcaster's or agency's own name is not opened (guidelines, PLACE and Precedents)
        self.press = {end for end, sense in self.senses if sense == "press"}
        self.classes: dict[int, tuple[int, dict]] = {}
        self.class_end: dict[int, dict] = {}
        for start, end, row in classes().scan(folded):
            if start in stopped:
                continue
            self.classes[start] = (end, row)  # type: ignore[assignment]
            # of two class nouns that end together the longer is the class: "thị xã" is no "xã"
            self.class_end.setdefault(end, row)  # type: ignore[arg-type]
        self.names: dict[int, list[tuple[int, str]]] = {}
        for at, form in enumerate(folded):
            if shape[at] in _CAPITAL or form in small:
                found = known.every(folded, at)
                if found and shape[at] not in _CAPITAL:  # "miền Nam"; a unit's name has capitals
                    found = [(end, kinds) for end, kinds in found if not _OF_UNITS & set(kinds.split("+"))]  # type: ignore[attr-defined]
                if found:
                    self.names[at] = found  # type: ignore[assignment]
        self._lay_short(tokens)

    def _lay_short(self, tokens: Tokens) -> None:
        """Short forms count bare only if the article has a class noun before one or names what they mean."""
        folded = tokens.folded
        found = [(at, end, payload) for at, end, payload in _short().scan(folded) if tokens.shape[at] in _CAPITAL]
        if not found:
            return
        said = {units.key(" ".join(folded[at:end])) for at, ends in self.names.items() for end, _ in ends}
        classed = {tuple(folded[at:end]) for at, end, _ in found if at in self.class_end and self.class_end[at]["unit"]}
        for at, end, (kind, needed) in found:  # type: ignore[misc]
            if tuple(folded[at:end]) in classed or needed & said:
                self.names.setdefault(at, []).append((end, kind))
                self.names[at].sort()


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
    return Candidate("PLACE", tokens.start[first], tokens.end[last - 1], rule, {"group": first if form else (first, last), "first": first, "name": name, "last": last, "kind": kind, "class": form})


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
            # "đường 23 Tháng 10"
            if last + 1 < count and tokens.folded[last] == "tháng" and tokens.shape[last] in _CAPITAL and tokens.shape[last + 1] == "0":
                ends.append(last + 2)
            if last in laid.measures and not row["unit"] and tokens.shape[last] == "x" and tokens.start[last] > tokens.end[last - 1]:
                return out  # "đường mòn 14 km": what is counted
            out += [_make(tokens, start, number, stop, "class+number", row["kind"], form) for stop in ends]
            # "khu phố 3 Tân Lập", "tổ 5 Hoà Bình": the name may go on
            if not row["unit"] and last < count and tokens.shape[last] in _CAPITAL and _near(reading, tokens, last) and tokens.start[last] > tokens.end[last - 1]:
                stop = last
                while stop < count and stop - last < 3 and tokens.shape[stop] in _CAPITAL and reading.text[tokens.end[stop - 1] : tokens.start[stop]] == " ":
                    stop += 1
                    out.append(_make(tokens, start, number, stop, "class+number+name", row["kind"], form))
            return out
        if row["takes"] == "number":
            return out
    quoted = tokens.form[at] in "“\"'‘" and at + 1 < count
    first_name = at + 1 if quoted else at
    if at in laid.classes and tokens.shape[at] == "x" and not row["unit"]:
        # a class noun within the name: "Nghĩa trang liệt sĩ huyện X", "quảng trường chợ Y"
        inner = laid.classes[at][0]
        if inner < count and tokens.shape[inner] in _CAPITAL and _near(reading, tokens, inner):
            out += [_make(tokens, start, at, stop, "class+class", row["kind"], form) for stop in _name_ends(reading, tokens, laid, inner)]
    if row["kind"] == "road" and at in laid.classes and laid.classes[at][1]["kind"] == "road" and (inner := laid.classes[at][0]) < count and tokens.shape[inner] == "0":
        out.append(_make(tokens, start, at, inner + 1, "class+class", "road", form))  # "đường ĐT 496"
    if tokens.shape[first_name] not in _CAPITAL:
        return out
    if tokens.shape[start] == "A" and tokens.shape[first_name] != "A" and len(tokens.form[start]) > 2 and not row["form"].isupper():
        return out  # a heading in capitals has ended
    # "Đông Sơn", "Cầu Giấy", "Phủ Hà": a capitalised word that begins a unit's own name is no class noun
    own = [stop for stop, kinds in laid.names.get(start, ()) if not (row["unit"] or (_OF_UNITS & set(kinds.split("+")) and tokens.shape[start] not in _CAPITAL))]
    for stop in _name_ends(reading, tokens, laid, first_name):
        if stop not in own:
            out.append(_make(tokens, start, first_name, stop, "class+name", row["kind"], form))
    return out


def _roman(form: str) -> bool:
    return bool(form) and set(form) <= set("IVX") and len(form) <= 4


def _name_ends(reading: Reading, tokens: Tokens, laid: Marks, at: int) -> list[int]:
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
            # no name's number: a date, a sum (20.000), what is counted (18 hải lý)
            if not (stop in laid.measures or (stop + 1 < count and tokens.form[stop] in ".,/-:" and tokens.start[stop] == tokens.end[stop - 1] and tokens.shape[stop + 1] == "0")):
                ends.append(stop)
            break
        else:
            break
    return ends


def _beside_province(tokens: Tokens, laid: Marks, at: int, end: int) -> bool:
    """Does a body that fixes a level stand before, or a province's name beside it in a coordination?"""
    if at in laid.heads:
        return True
    joints = (",", "-", "–", "/", "và", "với")
    if end + 1 < len(tokens) and tokens.form[end] in joints and any("province" in kinds for _, kinds in laid.names.get(end + 1, ())):
        return True
    before = at - 1
    return before > 0 and tokens.form[before] in joints and any(stop == before and "province" in kinds for back in range(1, 6) for stop, kinds in laid.names.get(before - back, ()))


def _shouted(tokens: Tokens, at: int, end: int) -> bool:
    """Capitals among capitals: in a heading every word looks like a name (HỘI NGHỊ THỐNG NHẤT …)."""
    return all(shape == "A" for shape in tokens.shape[at:end]) and ((at > 0 and tokens.shape[at - 1] == "A") or (end < len(tokens) and tokens.shape[end] == "A"))


def _bare(reading: Reading, tokens: Tokens, laid: Marks, named: set[str], dates: dict[int, int]) -> list[Candidate]:
    """Names without a class noun: known names, names that the article gives with one elsewhere, and
    runs of capitals that go on a coordination ("các xã A, B và C") or stand in brackets after a place."""
    out: list[Candidate] = []
    count = len(tokens)
    small = _small()
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
                if at in laid.press or (end - at < 4 and _shouted(tokens, at, end) and not {"province", "country"} & set(kinds.split("+")) and " ".join(tokens.folded[at:end]) not in named):
                    continue
                if " ".join(tokens.folded[at:end]) in _persons() and not _beside_province(tokens, laid, at, end):
                    continue
                if all(tokens.shape[i] in (*_CAPITAL, "0") or tokens.form[i] in "-–.'" for i in range(at + 1, end) if tokens.folded[i] not in small or _OF_UNITS & set(kinds.split("+"))):
                    out.append(_make(tokens, at, at, end, "known", kinds, ""))
        if shape in _CAPITAL and at not in dates and (at == 0 or tokens.shape[at - 1] not in _CAPITAL or reading.text[tokens.end[at - 1] : tokens.start[at]] != " "):
            ends = _name_ends(reading, tokens, laid, at)
            before = tokens.form[at - 1] if at else ""
            coordinated = open_until >= at and (before in ",;-–/" or before in ("và", "với", "hoặc", "&"))
            bracket = before == "(" and at >= 2
            for end in ends if at not in laid.press else ():
                key = " ".join(tokens.folded[at:end])
                if coordinated or bracket:
                    out.append(_make(tokens, at, at, end, "coordinated" if coordinated else "bracket", open_kind if coordinated else "unknown", ""))
                    open_until = max(open_until, end + 4)
                elif key in named and key not in _persons():
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
