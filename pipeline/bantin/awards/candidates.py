"""What may be an award, and what may play a part in its giving.

A head word ("Huân chương", "danh hiệu", "giải") proposes every end that the award's name might have;
a quoted name is proposed alone and with its head; a status ("gia đình văn hóa", "đạt chuẩn nông
thôn mới") wherever it stands, since the classifier decides whether it is conferred there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bantin.lexicon import Gazetteer, rows
from bantin.reading import Candidate, Reading, Span, Tokens

LONGEST = 24  # tokens of a name after its head
LONGEST_PART = 22  # tokens of a recipient or issuer
OPEN = "“\"'‘«"
CLOSE = {"“": "”", '"': '"', "'": "'", "‘": "’", "«": "»"}
_BADGE = re.compile(r"\d\d năm(?: tuổi)? đảng|\d\d tuổi đảng")
ROLES = ("issuer", "presenter", "recipient", "reason")


@lru_cache(maxsize=1)
def awards() -> Gazetteer:
    """Names of awards and their heads; payload: the row of lexicon/awards.tsv."""
    return Gazetteer((row["form"], row) for row in rows("awards", "awards", ("form", "kind", "role")))


@lru_cache(maxsize=1)
def cues() -> Gazetteer:
    """Words around an award; payload: confer, hand over, receive, issuer, to, reason, aim, done."""
    return Gazetteer((row["form"], row["kind"]) for row in rows("awards", "cues", ("form", "kind")))


@lru_cache(maxsize=1)
def stops() -> Gazetteer:
    return Gazetteer((row["form"], True) for row in rows("awards", "stops", ("form",)))


@lru_cache(maxsize=1)
def groups() -> Gazetteer:
    """Nouns with which a recipient begins."""
    return Gazetteer((row["form"], "group") for row in rows("awards", "groups", ("form",)))


@lru_cache(maxsize=1)
def issuers() -> Gazetteer:
    """First words of bodies that give awards."""
    return Gazetteer((row["form"], "body") for row in rows("awards", "issuers", ("form",)))


class Marks:
    """The lexicons of this room laid on the tokens once."""

    def __init__(self, reading: Reading) -> None:
        folded = reading.tokens.folded
        self.award: dict[int, tuple[int, dict]] = {start: (end, row) for start, end, row in awards().scan(folded)}  # type: ignore[misc]
        self.stop = {start for start, _, _ in stops().scan(folded)}
        self.cue: list[tuple[int, int, str]] = cues().scan(folded)  # type: ignore[assignment]
        self.cue_at = {start: kind for start, _, kind in self.cue}
        self.cue_end = {end: kind for _, end, kind in self.cue}
        self.group = {start: end for start, end, _ in groups().scan(folded)}
        self.body = {start: end for start, end, _ in issuers().scan(folded)}


def marks(reading: Reading) -> Marks:
    if "awards.marks" not in reading.facts:
        reading.facts["awards.marks"] = Marks(reading)
    return reading.facts["awards.marks"]


def propose(reading: Reading) -> list[Candidate]:
    """AWARD candidates; ``data``: tokens ``first``/``last``, ``head`` (the row, or None for a bare
    quotation), ``head_end``, ``rank`` and ``ends`` (which of the proposed ends it is)."""
    tokens = reading.tokens
    laid = marks(reading)
    out: list[Candidate] = []
    for first, (head_end, row) in laid.award.items():
        ends = _ends(reading, tokens, laid, head_end, row)
        for rank, end in enumerate(ends):
            rule = "quoted name" if tokens.form[end - 1] in CLOSE.values() else row["role"] if end == head_end else "head+name"
            out.append(_make(tokens, first, end, rule, row, head_end, rank, len(ends)))
    for first, last in _quotations(reading, tokens):
        if last - first <= LONGEST:
            out.append(_make(tokens, first, last, "quotation", None, first, 0, 1))
            if first and tokens.shape[first - 1] == "x" and first - 1 not in laid.stop:
                # "khu phố “không có tội phạm”": a unit noun before the quoted name
                for start in (first - 1, first - 2):
                    if start >= 0 and start in laid.group and laid.group[start] == first:
                        out.append(_make(tokens, start, last, "noun+quotation", None, first, 0, 1))
    for match in _BADGE.finditer(reading.folded):
        first, last = tokens.at(match.start()), tokens.before(match.end()) + 1
        out.append(_make(tokens, first, last, "badge ellipsis", None, first, 0, 1))
    return [c for c in out if not reading.is_unread(c.start, c.end)]


def _make(tokens: Tokens, first: int, last: int, rule: str, row: dict | None, head_end: int, rank: int, ends: int) -> Candidate:
    return Candidate("AWARD", tokens.start[first], tokens.end[last - 1], rule, {"first": first, "last": last, "head": row, "head_end": head_end, "rank": rank, "ends": ends})


def _ends(reading: Reading, tokens: Tokens, laid: Marks, head_end: int, row: dict) -> list[int]:
    """Token indices (exclusive) at which the name of an award whose head ends at ``head_end`` may end."""
    ends = [head_end]
    count = len(tokens)
    at = head_end
    while at < min(count, head_end + LONGEST):
        if "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]]:
            break
        form = tokens.form[at]
        if form in OPEN:
            close = _closing(tokens, at)
            if close is None:
                break
            at = close + 1
            ends.append(at)
            continue
        if at in laid.stop or tokens.shape[at] not in ("x", "X", "A", "0", "-", "–", "/", "&", ","):
            break
        if form == ",":
            # "Huân, huy chương" is two; a name goes on over a comma only into a list with "và"
            if not any(tokens.folded[i] == "và" for i in range(at + 2, min(at + 6, count))) or tokens.shape[at - 1] == "0":
                break
            at += 1
            continue
        at += 1
        if tokens.shape[at - 1] in ("x", "X", "A", "0"):
            ends.append(at)
    return ends


def _closing(tokens: Tokens, at: int) -> int | None:
    """The index of the mark that closes the quotation opened at ``at``; None if none does soon."""
    close = CLOSE[tokens.form[at]]
    for index in range(at + 2, min(at + LONGEST, len(tokens))):
        if tokens.form[index] == close:
            return index
        if tokens.form[index] == "“":
            return None
    return None


def _quotations(reading: Reading, tokens: Tokens) -> list[tuple[int, int]]:
    out = []
    at = 0
    while at < len(tokens):
        if tokens.form[at] in OPEN and (at == 0 or reading.text[tokens.start[at] - 1] in " (\n,"):
            close = _closing(tokens, at)
            if close is not None:
                out.append((at, close + 1))
                at = close
        at += 1
    return out


def accepted(reading: Reading) -> list[Candidate]:
    """One question of realis for each award accepted."""
    return [Candidate("realis", span.start, span.end, "realis", {"award": span}) for span in reading.spans("AWARD")]


# --- who gives what to whom -----------------------------------------------------------------------


def roles(reading: Reading) -> list[Candidate]:
    """For each award and role, the extents of its sentence that may play it.

    ``data``: ``award``, ``role``, ``type`` (O, T, P spans; N another person's name; B body; G group),
    ``span`` for an O, T or P.
    """
    out: list[Candidate] = []
    parts: dict[tuple[int, int], list[tuple[int, int, str, Span | None]]] = {}
    reasons: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for award in reading.spans("AWARD"):
        zone = _zone(reading, award)
        if zone not in parts:
            parts[zone] = _parts(reading, *zone)
            reasons[zone] = _reasons(reading, *zone)
        for start, end, kind, span in parts[zone]:
            if start < award.end and award.start < end and kind != "P":
                continue
            for role in ROLES[:3]:
                if (role == "presenter") != (kind == "O") and role != "recipient":
                    continue
                if role == "recipient" and kind == "T":
                    continue
                out.append(Candidate(role, start, end, "part", {"award": award, "role": role, "type": kind, "span": span, "zone": zone}))
        for start, end in reasons[zone]:
            if start >= award.end:
                out.append(Candidate("reason", start, end, "part", {"award": award, "role": "reason", "type": "R", "span": None, "zone": zone}))
    return out


def _zone(reading: Reading, award: Span) -> tuple[int, int]:
    """Where the parts of an award stand: its sentence, and the list that it opens ("… tặng Bằng khen:"
    or a heading, followed by items)."""
    left, right = reading.sentence_of(award.start)
    block = reading.block_of(award.start)
    opens = right >= block.end and (reading.text[left:right].rstrip().endswith(":") or block.kind in ("heading", "short") or block.end - block.start < 100)
    if opens:
        index = reading.blocks.index(block)
        for following in reading.blocks[index + 1 : index + 80]:
            if following.kind not in ("item", "short", "heading") or any(following.start <= other.start < following.end for other in reading.spans("AWARD") if other is not award):
                break
            right = following.end
    return left, right


def _parts(reading: Reading, left: int, right: int) -> list[tuple[int, int, str, Span | None]]:
    """Extents of a sentence that may be issuer, presenter or recipient, each with its type."""
    tokens = reading.tokens
    laid = marks(reading)
    found: dict[tuple[int, int], tuple[str, Span | None]] = {}
    begins: dict[int, str] = {}
    for label, kind in (("OFFICIAL", "O"), ("TITLE", "T"), ("PLACE", "P")):
        for span in reading.spans(label, left, right):
            found.setdefault((span.start, span.end), (kind, span))
            if kind == "P":
                begins.setdefault(tokens.at(span.start), "G")
    people: dict[int, int] = {}
    for candidate in reading.proposed.get("official", ()):
        if left <= candidate.start and candidate.end <= right and candidate.data["last"] == candidate.data["run"][1] and candidate.rule in ("honorific", "surname", "title"):
            # of the cuts of one run the longest that an honorific or a surname begins
            people[candidate.end] = min(people.get(candidate.end, candidate.start), candidate.start)
    for end, start in people.items():
        if (start, end) not in found and not any(held[0] <= start and end <= held[1] for held in found):
            found[(start, end)] = ("N", None)
    first, last = tokens.at(left), tokens.before(right) + 1
    at = first
    while at < last:
        if at in laid.body:
            begins[at] = "B"
        elif tokens.shape[at] == "0":
            # "1.380 cá nhân", "98,2% hộ", "158/311 thôn": the number is one piece
            stop = at + 1
            while stop < last and tokens.start[stop] == tokens.end[stop - 1] and (tokens.shape[stop] == "0" or tokens.form[stop] in ".,/%"):
                stop += 1
            if stop < last and tokens.shape[stop] == "x":
                begins.setdefault(at, "G")
            at = stop
            continue
        elif at in laid.group:
            begins.setdefault(at, "G")
        at += 1
    taken = 0
    for at, kind in sorted(begins.items()):
        for end in _part_ends(reading, tokens, laid, at, last):
            extent = (tokens.start[at], tokens.end[end - 1])
            if extent not in found and end > at and not (end <= taken and kind == "G"):
                found[extent] = (kind, None)
    return [(start, end, kind, span) for (start, end), (kind, span) in sorted(found.items())]


def _part_ends(reading: Reading, tokens: Tokens, laid: Marks, first: int, last: int) -> list[int]:
    """Natural ends of a noun group that begins at token ``first``."""
    ends: list[int] = []
    places = {tokens.at(span.start): tokens.before(span.end) + 1 for span in reading.spans("PLACE", tokens.start[first], tokens.end[min(first + LONGEST_PART, last) - 1])}
    at = first
    while at < min(last, first + LONGEST_PART):
        if "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]] and at > first:
            ends.append(at)
            break
        if at in places and at >= first:
            at = max(places[at], at + 1)
            ends.append(at)
            continue
        form, shape = tokens.folded[at], tokens.shape[at]
        if shape == "0":
            while at + 1 < last and tokens.start[at + 1] == tokens.end[at] and (tokens.shape[at + 1] == "0" or tokens.form[at + 1] in ".,/%"):
                at += 1
            at += 1
            continue
        if at > first and (shape in ".;:()" or tokens.form[at] in OPEN or tokens.form[at] in "”»"):
            ends.append(at)
            break
        if at > first and at in laid.cue_at and laid.cue_at[at] in ("confer", "hand over", "receive", "to", "reason", "issuer", "done"):
            ends.append(at)
            if laid.cue_at[at] != "issuer":
                break
        elif at > first and at in laid.award:
            ends.append(at)
        if at > first and form in (",", "và", "-", "–"):
            ends.append(at)
        elif at > first and at in laid.stop:
            ends.append(at)
        at += 1
    else:
        ends.append(at)
    return sorted({end for end in ends if end > first and tokens.shape[end - 1] in ("x", "X", "A", "0") and tokens.folded[end - 1] not in ("và", "của")})


def _reasons(reading: Reading, left: int, right: int) -> list[tuple[int, int]]:
    """Extents after "vì", "có thành tích …": to the next mark, and to the sentence's end."""
    tokens = reading.tokens
    laid = marks(reading)
    out = []
    last = tokens.before(right) + 1
    for start, end, kind in laid.cue:
        if kind != "reason" or not left <= tokens.start[start] < right:
            continue
        for begin in {start, end}:
            stop = begin
            while stop < last:
                if tokens.form[stop] in ".;:" and stop > begin:
                    break
                if tokens.form[stop] in ",(" and stop > begin + 1:
                    out.append((tokens.start[begin], tokens.end[stop - 1]))
                stop += 1
            if stop > begin + 1 and tokens.end[stop - 1] > tokens.start[begin]:
                out.append((tokens.start[begin], tokens.end[stop - 1]))
    return sorted(set(out))
