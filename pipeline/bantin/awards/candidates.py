"""What may be an award, and what may play a part in its giving.

A head word ("Huân chương", "danh hiệu", "giải") proposes every end that the award's name might have;
a quoted name is proposed alone and with its head; a status ("gia đình văn hóa", "đạt chuẩn nông
thôn mới") wherever it stands, since the classifier decides whether it is conferred there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bantin.awards import parts
from bantin.awards.lexicons import Marks, marks, touch
from bantin.awards.parts import CLOSE, OPEN, closing
from bantin.reading import Candidate, Reading, Tokens

LONGEST = 24  # tokens of a name after its head
_OPENS = re.compile(r"(?:(?<=[ (\n,])|\A)[“\"'‘«]")
_BADGE = re.compile(r"\d\d năm(?: tuổi)? đảng|\d\d tuổi đảng")


def propose(reading: Reading) -> list[Candidate]:
    """AWARD candidates; ``data``: tokens ``first``/``last``, ``head`` (the row, or None for a bare
    quotation), ``head_end``, ``rank`` and ``ends`` (which of the proposed ends it is)."""
    tokens = reading.tokens
    laid = marks(reading)
    out: list[Candidate] = []
    names = _in_names(reading)
    for first, (head_end, row) in laid.award.items():
        if first in names or (row["role"] == "ellipsis" and not _coordinated(tokens, laid, head_end)):
            continue
        if row["kind"] == "state title" and _addresses(reading, laid, first, head_end):
            continue
        if row["role"] == "person" and touch(reading, laid, first)[0] not in ("confer", "receive"):
            continue
        ends = [end for end in _ends(reading, tokens, laid, head_end, row) if end > head_end or row["role"] != "stem"]
        for rank, end in enumerate(ends):
            rule = "quoted name" if tokens.form[end - 1] in CLOSE.values() else row["role"] if end == head_end else "head+name"
            out.append(_make(tokens, first, end, rule, row, head_end, rank, len(ends)))
    for first, last in _quotations(reading, tokens):
        if last - first <= LONGEST and laid.campaign.get(first + 1, ("", 0))[0] != "name":
            out.append(_make(tokens, first, last, "quotation", None, first, 0, 1))
            # "khu phố “không có tội phạm”", "điển hình “Dân vận khéo”": a noun before the quoted name
            for start in (first - 1, first - 2):
                if start >= 0 and start in laid.group and laid.group[start][0] == first:
                    out.append(_make(tokens, start, last, "noun+quotation", None, first, 0, 1))
    for match in _BADGE.finditer(reading.folded):
        first, last = tokens.at(match.start()), tokens.before(match.end()) + 1
        out.append(_make(tokens, first, last, "badge ellipsis", None, first, 0, 1))
        # "Huy hiệu 60, 50, 40 năm tuổi Đảng": each number is an award of its own
        at = first - 2
        while at > 0 and tokens.shape[at] == "0" and len(tokens.form[at]) == 2 and tokens.folded[at + 1] in (",", "và"):
            if tokens.folded[at - 1] in (",", "và"):
                out.append(_make(tokens, at, at + 1, "badge ellipsis", None, at, 0, 1))
            at -= 2
    return [c for c in out if not reading.is_unread(c.start, c.end)]


def _in_names(reading: Reading) -> set[int]:
    """Tokens inside the names of officials: "Lê Xuân Huân", "Trần Huy Hiệu" are no awards."""
    tokens = reading.tokens
    inside: set[int] = set()
    for span in reading.spans("OFFICIAL"):
        inside.update(range(tokens.at(span.start), tokens.before(span.end) + 1))
    return inside


def _addresses(reading: Reading, laid: Marks, first: int, head_end: int) -> bool:
    """A title of honour before a name is a form of address ("NSND X", "Mẹ Việt Nam anh hùng Y") unless the
    text confers it there."""
    tokens = reading.tokens
    named = head_end < len(tokens) and tokens.shape[head_end] in ("X", "A") and tokens.start[head_end] - tokens.end[head_end - 1] == 1
    return named and touch(reading, laid, first)[0] not in ("confer", "receive") and not (first and tokens.folded[first - 1] in ("hiệu", "là"))


def _coordinated(tokens: Tokens, laid: Marks, end: int) -> bool:
    """Does another award follow over a comma or "và"?"""
    return end + 1 < len(tokens) and tokens.folded[end] in (",", "và", "-") and end + 1 in laid.award


def _make(tokens: Tokens, first: int, last: int, rule: str, row: dict | None, head_end: int, rank: int, ends: int) -> Candidate:
    data = {"first": first, "last": last, "head": row, "head_end": head_end, "rank": rank, "ends": ends, "group": first, "mention": first}
    return Candidate("AWARD", tokens.start[first], tokens.end[last - 1], rule, data)


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
            close = closing(reading, at)
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


def _quotations(reading: Reading, tokens: Tokens) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for match in _OPENS.finditer(reading.text):
        at = tokens.at(match.start())
        if (not out or at >= out[-1][1]) and tokens.form[at] in OPEN and (close := closing(reading, at)) is not None:
            out.append((at, close + 1))
    return out


def accepted(reading: Reading) -> list[Candidate]:
    """One question of realis for each award accepted."""
    return [Candidate("realis", span.start, span.end, "realis", {"award": span}) for span in reading.spans("AWARD")]


def roles(role: str) -> Callable[[Reading], list[Candidate]]:
    """The proposals for one role: issuer, presenter, recipient or reason (see parts.py)."""

    def propose_role(reading: Reading) -> list[Candidate]:
        return parts.starts(reading, role)

    return propose_role
