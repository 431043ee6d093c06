"""What may be a title, a name of an official, and a pair of the two.

High recall is the aim: every role word proposes every end that its title might have, every run of
capitals where a name may stand proposes its plausible cuts; the classifier settles which.
"""

from __future__ import annotations

from functools import lru_cache

from bantin.lexicon import Gazetteer, rows
from bantin.reading import Candidate, Reading, Span, Tokens

LONGEST_TITLE = 28  # tokens; "Phó Cục trưởng Cục Cảnh sát điều tra tội phạm về …" needs them
LONGEST_NAME = 6  # tokens; "Công Tằng Tôn Nữ Thị Hoa"
# Shapes of tokens that a name is made of; digits and marks never are.
_CAPITAL = ("X", "A")


@lru_cache(maxsize=1)
def roles() -> Gazetteer:
    """Heads of titles; payload: the row of lexicon/roles.tsv."""
    return Gazetteer((row["form"], row) for row in rows("officials", "roles", ("form", "kind", "branch", "body")))


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
        last = 0
        for start, end, row in roles().scan(folded):
            if start >= last:
                self.role[start] = (end, row)  # type: ignore[assignment]
                self.role_end[end] = row  # type: ignore[assignment]
                last = end
        self.body = {start: (end, row) for start, end, row in bodies().scan(folded)}
        self.honorific: dict[int, tuple[int, str]] = {}
        self.honorific_end: dict[int, str] = {}
        for start, end, kind in honorifics().scan(folded):
            self.honorific[start] = (end, kind)  # type: ignore[assignment]
            self.honorific_end.setdefault(end, kind)  # type: ignore[arg-type]
        self.surname = {start: (end, use) for start, end, use in surnames().scan(folded) if tokens.shape[start] in _CAPITAL}
        self.stop = {start for start, _, _ in stops().scan(folded)}
        self.cue = [(start, end, kind) for start, end, kind in cues().scan(folded)]


def marks(reading: Reading) -> Marks:
    """The marks of a reading, laid once and kept with it."""
    if "officials.marks" not in reading.facts:
        reading.facts["officials.marks"] = Marks(reading)
    return reading.facts["officials.marks"]


# --- titles ---------------------------------------------------------------------------------------


def titles(reading: Reading) -> list[Candidate]:
    """TITLE candidates; ``data``: tokens ``first``/``last`` (half open), ``role`` row, ``role_end``."""
    tokens = reading.tokens
    laid = marks(reading)
    places = {tokens.at(span.start): tokens.before(span.end) + 1 for span in reading.spans("PLACE")}
    dates = {tokens.at(span.start) for span in reading.spans("DATE")}
    word_edges = {end for _, end in reading.words}
    out: list[Candidate] = []
    taken = 0
    for start in sorted(laid.role):
        role_end, row = laid.role[start]
        if start < taken:
            continue
        first = start
        if row["kind"] in ("former", "acting"):
            following = laid.role.get(role_end)
            if not following or following[1]["kind"] in ("former", "acting"):
                continue
            role_end, row = following
            taken = role_end
        if reading.is_unread(tokens.start[first], tokens.end[role_end - 1]):
            continue
        ends = _title_ends(reading, laid, first, role_end, row, places, dates, word_edges)
        begins = [first] if first == start and row is laid.role[start][1] else [first, laid.role[start][0]]
        for begin in begins:  # "thừa uỷ quyền chủ tịch …" is no acting chairman: both readings are proposed
            for rank, end in enumerate(ends):
                data = {"group": start, "first": begin, "last": end, "role": row, "role_end": role_end, "rank": rank, "ends": len(ends)}
                out.append(Candidate("TITLE", tokens.start[begin], tokens.end[end - 1], "role" if end == role_end else "role+body", data))
    return out


def _title_ends(reading: Reading, laid: Marks, first: int, role_end: int, row: dict, places: dict[int, int], dates: set[int], word_edges: set[int]) -> list[int]:
    """Token indices (exclusive) at which a title that begins at ``first`` may end."""
    tokens = reading.tokens
    ends = [role_end]
    if row["body"] == "none":
        return ends
    limit = min(len(tokens), role_end + LONGEST_TITLE)
    at = role_end
    last_place = -1
    seen_body = False
    while at < limit:
        if not _joined(reading, tokens, at):
            break
        if at in places:
            at = last_place = places[at]
            ends.append(at)
            continue
        if row["body"] == "abroad" and tokens.folded[at] in ("của", "tại") and at + 1 < limit:
            at += 1
            continue
        if at in dates or at in laid.stop:
            break
        if at in laid.role and laid.role[at][1]["kind"] not in ("acting",) and not (at in laid.body and laid.body[at][0] >= laid.role[at][0]):
            break
        if at in laid.honorific and tokens.shape[at] == "x" and laid.honorific[at][1] in ("comrade", "civil"):
            break
        shape = tokens.shape[at]
        if at in laid.body:
            seen_body = True
            for length in range(at + 1, laid.body[at][0]):
                if tokens.end[length - 1] in word_edges:
                    ends.append(length)
            at = laid.body[at][0]
            ends.append(at)
            continue
        if shape in ("x", "X", "A", "0"):
            if last_place == at and shape == "x" and tokens.folded[at] != "và":
                break  # after a place only another place, a mark or "và" goes on
            at += 1
            if tokens.end[at - 1] in word_edges or at >= limit or tokens.shape[at] != "x":
                if tokens.folded[at - 1] not in ("và", "của"):
                    ends.append(at)
            continue
        if shape in "-–—&/" and at + 1 < limit and tokens.shape[at + 1] in ("x", "X", "A", "0"):
            at += 1
            continue
        if shape == "," and (seen_body or at > role_end) and _lists_on(tokens, laid, at, limit):
            at += 1
            continue
        if shape in "\"“”'" and at + 1 < limit:
            break
        break
    return sorted(set(ends))


def _joined(reading: Reading, tokens: Tokens, at: int) -> bool:
    """Does token ``at`` go on in the line of the one before it (or in a line that was broken)?"""
    gap = reading.text[tokens.end[at - 1] : tokens.start[at]]
    if "\n" not in gap:
        return True
    line = reading.text.rfind("\n", 0, tokens.end[at - 1]) + 1
    return gap.count("\n") == 1 and tokens.shape[at] == "x" and tokens.end[at - 1] - line > 40


def _lists_on(tokens: Tokens, laid: Marks, comma: int, limit: int) -> bool:
    """A comma inside a body's own name: "Sở Văn hóa, Thể thao và Du lịch" has its "và" soon after,
    with no role, honorific or stop before it."""
    for at in range(comma + 1, min(comma + 11, limit)):
        if at in laid.role or at in laid.stop or (at in laid.honorific and tokens.shape[at] == "x"):
            return False
        if tokens.folded[at] == "và":
            return at > comma + 1
        if tokens.shape[at] not in ("x", "X", "A", ",", "-", "/"):
            return False
    return False


# --- names ----------------------------------------------------------------------------------------


def names(reading: Reading) -> list[Candidate]:
    """OFFICIAL candidates; ``data``: tokens ``first``/``last``, ``run`` (the run of capitals)."""
    tokens = reading.tokens
    laid = marks(reading)
    title_ends = {tokens.before(span.end) + 1 for span in reading.spans("TITLE")}
    title_starts = {tokens.at(span.start): tokens.before(span.end) + 1 for span in reading.spans("TITLE")}
    walls = title_starts.keys() | {tokens.at(span.start) for span in reading.spans("DATE")}
    out: list[Candidate] = []
    at = 0
    count = len(tokens)
    while at < count:
        if tokens.shape[at] not in _CAPITAL:
            at += 1
            continue
        if at in title_starts:  # a title's own words are no name
            at = max(title_starts[at], at + 1)
            continue
        end = _run_end(reading, tokens, at, walls)
        out.extend(_cuts(reading, tokens, laid, at, end, title_ends))
        at = end
    return out


def _run_end(reading: Reading, tokens: Tokens, start: int, walls: set[int]) -> int:
    text = reading.text
    at = start + 1
    while at < len(tokens) and at not in walls:
        gap = text[tokens.end[at - 1] : tokens.start[at]]
        if tokens.shape[at] in _CAPITAL and gap in (" ", "  "):
            at += 1
        elif tokens.form[at] in "-’'" and not gap and at + 1 < len(tokens) and tokens.start[at + 1] == tokens.end[at] and tokens.form[at + 1][0].isalpha():
            at += 2
        else:
            break
    return at


def _cuts(reading: Reading, tokens: Tokens, laid: Marks, start: int, end: int, title_ends: set[int]) -> list[Candidate]:
    """The names that a run of capitals [start, end) may hold."""
    begins: dict[int, str] = {}
    for at in range(start, end):
        if at in title_ends:
            begins.setdefault(at, "title")
        elif at in laid.honorific_end and (at == start or laid.honorific_end[at] != "suspect"):
            begins.setdefault(at, "honorific")
        elif at in laid.role_end:
            begins.setdefault(at, "role")
        elif at in laid.surname:
            begins.setdefault(at, "surname")
    if start not in begins and end - start <= LONGEST_NAME and _between_names(tokens, start, end):
        begins[start] = "run"
    out = []
    for first, rule in begins.items():
        if first in laid.role and tokens.shape[first] == "A" and first + 1 < end:
            continue  # "ĐBQH Dương Văn Hà": the abbreviation is a title
        for last in range(first + 1, min(end, first + LONGEST_NAME) + 1):
            size = last - first
            if size == 1 and (rule in ("surname", "run") or last != end):
                continue
            if size > 1 and last != end and not 2 <= size <= 5:
                continue
            if tokens.form[last - 1] in "-’'":
                continue
            left, right = tokens.start[first], tokens.end[last - 1]
            if reading.is_unread(left, right):
                continue
            out.append(Candidate("OFFICIAL", left, right, rule, {"first": first, "last": last, "run": (start, end)}))
    return out


def _between_names(tokens: Tokens, start: int, end: int) -> bool:
    """A run without a surname may be a name in a list or before a dash or bracket ("A Huy, Y Thông")."""
    before = tokens.form[start - 1] if start else ""
    after = tokens.form[end] if end < len(tokens) else ""
    return (before in ",:;-–+(" or before in ("và", "")) and (after in ",;-–(." or after == "và") and end - start >= 2


def mentions(reading: Reading) -> list[Candidate]:
    """The same names again, for a second look: now it is known how the first look judged each, and
    what one mention of a person shows holds for the others. ``data["first look"]``: its probability."""
    out = []
    for c in reading.proposed["official"]:
        out.append(Candidate(c.label, c.start, c.end, c.rule, {**c.data, "first look": c.probability, "seen": c.features}))
    return out


# --- who holds which ------------------------------------------------------------------------------


def holds(reading: Reading) -> list[Candidate]:
    """Pairs of an OFFICIAL and a TITLE of one sentence, caption line or signature block.

    ``data``: the two spans and ``kind`` (holds, appointed, removed): the last two only where the
    sentence has a word for it. ``start``/``end`` cover both.
    """
    officials = reading.spans("OFFICIAL")
    out: list[Candidate] = []
    laid = marks(reading)
    tokens = reading.tokens
    cue_starts = [(tokens.start[start], kind) for start, _, kind in laid.cue]
    for official in officials:
        left, right = zone(reading, official)
        kinds = ["holds", *sorted({kind for offset, kind in cue_starts if left <= offset < right})]
        for title in reading.spans("TITLE", left, right):
            start, end = min(official.start, title.start), max(official.end, title.end)
            for kind in kinds:
                out.append(Candidate(kind, start, end, "pair", {"official": official, "title": title, "kind": kind, "zone": (left, right)}))
    return out


def zone(reading: Reading, official: Span) -> tuple[int, int]:
    """Where a name's titles may stand: its sentence; for a name on a short line of its own (a
    signature, a programme) also the short lines above it."""
    left, right = reading.sentence_of(official.start)
    block = reading.block_of(official.start)
    if block.end - block.start <= 60:
        index = reading.blocks.index(block)
        for above in reversed(reading.blocks[max(0, index - 4) : index]):
            if above.end - above.start > 90:
                break
            left = above.start
    return left, right
