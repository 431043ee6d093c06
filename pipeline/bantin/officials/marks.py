"""The lexicons of the officials' room laid on an article's tokens once, for all stages."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from bantin.lexicon import Gazetteer, rows
from bantin.reading import Reading, Tokens

# Shapes of tokens that a name is made of; digits and marks never are.
CAPITAL = ("X", "A")


@lru_cache(maxsize=1)
def roles() -> Gazetteer:
    """Heads of titles; payload: the row of lexicon/roles.tsv."""
    return Gazetteer((row["form"], row) for row in rows("officials", "roles", ("form", "kind", "branch", "body", "level")))


@lru_cache(maxsize=1)
def bodies() -> Gazetteer:
    """Bodies; payload: the row of lexicon/bodies.tsv."""
    return Gazetteer((row["form"], row) for row in rows("officials", "bodies", ("form", "branch", "levels")))


@lru_cache(maxsize=1)
def honorifics() -> Gazetteer:
    """Words before names; payload: their kind."""
    return Gazetteer((row["form"], row["kind"]) for row in rows("officials", "honorifics", ("form", "kind")))


@lru_cache(maxsize=1)
def surnames() -> Gazetteer:
    """Surnames; payload: their use (common, rare, ethnic, compound)."""
    return Gazetteer((row["form"], row["use"]) for row in rows("officials", "surnames", ("form", "use")))


@lru_cache(maxsize=1)
def stops() -> Gazetteer:
    return Gazetteer((row["form"], True) for row in rows("officials", "stops", ("form",)))


@lru_cache(maxsize=1)
def predicates() -> Gazetteer:
    """Words that open a clause's predicate; payload: the row of lexicon/predicates.tsv."""
    return Gazetteer((row["form"], row) for row in rows("officials", "predicates", ("form", "use")))


@lru_cache(maxsize=1)
def cues() -> Gazetteer:
    """Words of appointment and dismissal; payload: appointed or removed."""
    return Gazetteer((row["form"], row["kind"]) for row in rows("officials", "cues", ("form", "kind")))


class Marks:
    """The lexicons of this room laid on the tokens once: what begins, and what ends, at each token."""

    def __init__(self, reading: Reading) -> None:
        tokens = reading.tokens
        folded = tokens.folded
        self.role: dict[int, tuple[int, dict]] = {}
        self.role_end: dict[int, dict] = {}
        walls = _walls(reading)
        self.body = {start: (end, row) for start, end, row in _scan(bodies(), folded, walls)}
        inside = {at for start, (end, _) in self.body.items() for at in range(start + 1, end)}
        last = 0
        for start, end, row in _scan(roles(), folded, walls):
            if start < last or _in_number(tokens, start, end):
                continue
            if start in inside and any(begin < start and end <= stop for begin, (stop, _) in self._around(start)):
                continue  # "Bộ Tư lệnh", "Đoàn Chủ tịch": the word is part of a body's name
            self.role[start] = (end, row)  # type: ignore[assignment]
            self.role_end[end] = row  # type: ignore[assignment]
            last = end
        self.honorific: dict[int, tuple[int, str]] = {}
        self.honorific_end: dict[int, str] = {}
        for start, end, kind in _scan(honorifics(), folded, walls):
            self.honorific[start] = (end, kind)  # type: ignore[assignment]
            self.honorific_end.setdefault(end, kind)  # type: ignore[arg-type]
        self.surname = {start: (end, use) for start, end, use in surnames().scan(folded) if tokens.shape[start] in CAPITAL}
        self.name_start = _name_starts(reading, self.surname)
        self.stop = {start for start, _, _ in stops().scan(folded)}
        self.cue = [(start, end, kind) for start, end, kind in cues().scan(folded)]
        self.cue_ends = {end: kind for _, end, kind in self.cue}
        self.predicate = {start: (end, row["use"]) for start, end, row in predicates().scan(folded)}  # type: ignore[index]

    def _around(self, at: int) -> list[tuple[int, tuple[int, dict]]]:
        """The bodies that begin up to eight tokens before ``at``."""
        return [(begin, self.body[begin]) for begin in range(max(0, at - 8), at) if begin in self.body]


def _name_starts(reading: Reading, surname: dict[int, tuple[int, object]]) -> dict[int, tuple[int, int, str, str]]:
    """Where a full name may begin: a surname in a run of capitals with one to four more to the run's
    end: ``(end, syllables, use of the surname, whether "thị" or "văn" follows)``."""
    tokens = reading.tokens
    out: dict[int, tuple[int, int, str, str]] = {}
    end = 0
    for at in sorted(surname):
        if at >= end:
            end = at + 1
            while end < len(tokens) and tokens.shape[end] in CAPITAL and reading.text[tokens.end[end - 1] : tokens.start[end]] == " ":
                end += 1
        if 2 <= end - at <= 5:
            middle = "thị" if at + 1 < end and tokens.folded[at + 1] in ("thị", "văn") else ""
            out[at] = (end, end - at, str(surname[at][1]), middle)
    return out


def _walls(reading: Reading) -> set[int]:
    """The tokens that begin a line of their own: no form of a lexicon goes across."""
    tokens = reading.tokens
    walls = set()
    for block in reading.blocks:
        at = tokens.at(block.start)
        if 0 < at < len(tokens) and not joined(reading, tokens, at):
            walls.add(at)
    return walls


def _scan(gazetteer: Gazetteer, folded: list[str], walls: set[int]) -> Iterator[tuple[int, int, object]]:
    """As ``Gazetteer.scan``, the longest form that crosses no wall."""
    for start, end, payload in gazetteer.scan(folded):
        if walls.isdisjoint(range(start + 1, end)):
            yield start, end, payload
            continue
        wall = min(at for at in range(start + 1, end) if at in walls)
        shorter = [(stop, load) for stop, load in gazetteer.every(folded, start) if stop <= wall]
        if shorter:
            yield (start, *shorter[-1])


def _in_number(tokens: Tokens, start: int, end: int) -> bool:
    """An abbreviation inside a document's number ("Chỉ thị 05-CT/TW") names no post."""
    if end - start > 1 or tokens.shape[start] != "A" or not 0 < start < len(tokens) - 1:
        return False
    before, after = tokens.form[start - 1], tokens.form[start + 1]
    glued_left = before in "-–/" and tokens.end[start - 1] == tokens.start[start]
    glued_right = after in "/" and tokens.end[start] == tokens.start[start + 1]
    return (glued_left and start > 1 and tokens.shape[start - 2] in "0/A" and (glued_right or before == "/")) or (glued_left and tokens.shape[start - 2] == "0")


def marks(reading: Reading) -> Marks:
    """The marks of a reading, laid once and kept with it."""
    if "officials.marks" not in reading.facts:
        reading.facts["officials.marks"] = Marks(reading)
    return reading.facts["officials.marks"]


def joined(reading: Reading, tokens: Tokens, at: int) -> bool:
    """Does token ``at`` go on in the line of the one before it (or in a line that was broken)?"""
    gap = reading.text[tokens.end[at - 1] : tokens.start[at]]
    if "\n" not in gap:
        return True
    line = reading.text.rfind("\n", 0, tokens.end[at - 1]) + 1
    return gap.count("\n") == 1 and tokens.shape[at] == "x" and tokens.end[at - 1] - line > 40


def word(reading: Reading, at: int) -> str:
    tokens = reading.tokens
    return tokens.folded[at] if 0 <= at < len(tokens) else "¶"


# What may stand between the word of an appointment and the post: "giữ chức vụ quyền …", "chức danh …".
_BEFORE_POST = ("chức", "vụ", "danh", "làm", "là", "giữ", "đồng", "chí", "ông", "bà", ":")


def touching(reading: Reading, cue_ends: dict[int, str], titles: dict[int, int], at: int, left: int) -> str:
    """The kind of the word of appointment or dismissal that governs the title at token ``at``: it ends
    before it, with nothing but "chức vụ" or other posts of the same row between; "" if none does.
    ``titles``: token after a title -> its first token; the walk ends at offset ``left``."""
    tokens = reading.tokens
    for _ in range(40):
        if at <= 0 or tokens.start[at] <= left:
            break
        if at in cue_ends:
            return cue_ends[at]
        if at in titles:
            at = titles[at]
        elif tokens.folded[at - 1] in _BEFORE_POST or tokens.folded[at - 1] in (",", "và", "kiêm"):
            at -= 1
        else:
            break
    return ""


def closed(reading: Reading, at: int) -> str:
    """The word at token ``at`` if it is small or a mark; a capital says no more than that it is one."""
    tokens = reading.tokens
    return word(reading, at) if not 0 <= at < len(tokens) or tokens.shape[at] not in ("X", "A", "0") else tokens.shape[at]
