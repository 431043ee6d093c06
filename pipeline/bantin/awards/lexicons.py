"""The lexicons of this room, loaded once and laid on an article's tokens once."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from bantin.lexicon import Gazetteer, rows, split
from bantin.reading import Reading


@lru_cache(maxsize=1)
def awards() -> Gazetteer:
    """Names of awards and their heads; payload: the row of lexicon/awards.tsv."""
    return Gazetteer((row["form"], row) for row in rows("awards", "awards", ("form", "kind", "role")))


STRUCTURE = frozenset(("confer", "hand over", "receive", "have", "propose", "withdraw", "praise", "authority", "issuer", "to", "reason", "none"))
SHORT = 160  # characters of a line that may be a heading or an item
_QUOTE = re.compile(r"[“\"'‘«]")
_KIND = {"cues": "kind", "stops": "form", "groups": "kind", "issuers": "form", "limits": "kind", "campaigns": "kind"}


@lru_cache(maxsize=1)
def around() -> Gazetteer:
    """The room's other lexicons in one: words around an award (cues; ``frame`` are those that make a clause's
    structure, without those that only say whether something has happened), what ends its name (stops),
    nouns with which a recipient (groups) or an issuer begins (issuers), words at which its name may end
    (limits), campaigns. Payload: the kind by lexicon."""
    forms: dict[tuple[str, ...], dict[str, str]] = {}
    written: dict[tuple[str, ...], str] = {}
    for name, field in _KIND.items():
        for row in rows("awards", name, ("form", field)):
            key = split(row["form"])
            written.setdefault(key, row["form"])
            forms.setdefault(key, {}).setdefault(name, row[field])
            if name == "cues" and (row["kind"] in STRUCTURE or row["kind"] == "confer award"):
                forms[key].setdefault("frame", row["kind"])
    return Gazetteer((written[key], kinds) for key, kinds in forms.items())


@lru_cache(maxsize=1)
def beginnings() -> frozenset[str]:
    return frozenset(split(row["form"])[0] for name in _KIND for row in rows("awards", name))


class Marks:
    """The lexicons laid on the tokens: ``award``, ``group``, ``body`` and ``limit`` by first token."""

    def __init__(self, reading: Reading) -> None:
        folded = reading.tokens.folded
        self.award: dict[int, tuple[int, dict]] = {start: (end, row) for start, end, row in awards().scan(folded)}  # type: ignore[misc]
        self.award_end = {end for end, _ in self.award.values()}
        laid: dict[str, list[tuple[int, int, str]]] = {name: [] for name in (*_KIND, "frame")}
        every, first_words = around().every, beginnings()
        for at in self._near(reading):
            if folded[at] not in first_words:
                continue
            found: dict[str, tuple[int, str]] = {}
            for end, kinds in every(folded, at):
                for name, kind in kinds.items():  # type: ignore[attr-defined]
                    found[name] = (end, kind)  # the longest comes last
            for name, (end, kind) in found.items():
                laid[name].append((at, end, kind))
        self.stop = {start for start, _, _ in laid["stops"]}
        self.cue = self._before_award(reading, laid["cues"])
        self.frame = self._before_award(reading, laid["frame"])
        self._cue_starts = [start for start, _, _ in self.cue]
        self.cue_at = {start: kind for start, _, kind in self.cue}
        self.cue_end = {end: kind for _, end, kind in self.cue}
        self.group: dict[int, tuple[int, str]] = {start: (end, kind) for start, end, kind in laid["groups"]}
        self.body = {start: end for start, end, _ in laid["issuers"]}
        self.limit: dict[int, str] = {}
        for start, end, kind in laid["limits"]:
            self.limit[start] = kind
            if start in self.group and self.group[start][0] < end:
                del self.group[start]  # "tổ chức" is no "tổ"
        self.campaign: dict[int, tuple[str, int]] = {start: (kind, end) for start, end, kind in laid["campaigns"]}
        self.group_end_kind = dict(self.group.values())
        self._chain: list[tuple[int, int, str]] | None = None
        self._by_token: dict[int, str] | None = None

    def _near(self, reading: Reading) -> Iterator[int]:
        """The tokens of the lines in which an award may be named, and of short lines (headings, lists): in
        the others nothing is asked."""
        tokens = reading.tokens
        heads = sorted([tokens.start[at] for at in self.award] + [match.start() for match in _QUOTE.finditer(reading.text)])
        for block in reading.blocks:
            held = bisect_left(heads, block.end) > bisect_left(heads, block.start)
            if held or (heads and block.end - block.start < SHORT):
                yield from range(tokens.at(block.start), tokens.before(block.end) + 1)

    def _before_award(self, reading: Reading, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
        """Cues with "confer award" made plain, or left out where no award follows ("cấp" is also a level)."""
        out = []
        for start, end, kind in found:
            if kind != "confer award":
                out.append((start, end, kind))
            elif end in self.award or reading.tokens.form[end : end + 1] == ["“"]:
                out.append((start, end, "confer"))
        return out

    def cues_between(self, first: int, last: int) -> list[tuple[int, int, str]]:
        """The cues that begin at tokens ``[first, last)``."""
        return self.cue[bisect_left(self._cue_starts, first) : bisect_left(self._cue_starts, last)]

    def chain(self, reading: Reading) -> list[tuple[int, int, str]]:
        """The cues of the clause's structure outside the accepted spans, the longest from the left, none overlapping."""
        if self._chain is None:
            tokens = reading.tokens
            held: set[int] = set()
            for label in ("AWARD", "OFFICIAL", "TITLE", "PLACE"):
                for span in reading.spans(label):
                    held.update(range(tokens.at(span.start), tokens.before(span.end) + 1))
            self._chain = []
            edge = 0
            for start, end, kind in self.frame:
                if start >= edge and start not in held:
                    self._chain.append((start, end, kind))
                    edge = end
        return self._chain

    def chain_at(self, reading: Reading) -> dict[int, str]:
        """The kinds of those cues by their first token."""
        if self._by_token is None:
            self._by_token = {start: kind for start, _, kind in self.chain(reading)}
        return self._by_token


def marks(reading: Reading) -> Marks:
    if "awards.marks" not in reading.facts:
        reading.facts["awards.marks"] = Marks(reading)
    return reading.facts["awards.marks"]


_SKIP = frozenset(
    "là thành tiêu chuẩn nhiều các những tấm tờ chiếc liền thêm gần hơn một hai ba bốn năm tổng số cả luôn lại vào đồng".split()  # noqa: SIM905
)


def touch(reading: Reading, laid: Marks, first: int) -> tuple[str, str]:
    """What an award leans on at its left: a cue, another award over a comma or "và", a mark, a noun; and
    what was stepped over: a number, or words that count."""
    tokens = reading.tokens
    at, strike = first, ""
    while at > 0 and first - at < 5:
        if at in laid.cue_end:
            return laid.cue_end[at], strike
        previous = at - 1
        if tokens.shape[previous] == "0":
            strike = "number"
        elif tokens.folded[previous] in _SKIP:
            strike = strike or "word"
        elif tokens.form[previous] in "“\"'":
            strike = "quote"
        else:
            break
        at = previous
    if at == 0:
        return "start", strike
    previous = at - 1
    if "\n" in reading.text[tokens.end[previous] : tokens.start[at]]:
        return "line", strike
    if tokens.folded[previous] in (",", "và", ";"):
        return tokens.folded[previous] + (" award" if previous in laid.award_end or tokens.form[previous - 1] in '”"' else ""), strike
    if previous in laid.group or at in laid.group_end_kind:
        return "noun", strike
    return tokens.form[previous] if tokens.shape[previous] not in ("x", "X", "A", "0") else tokens.shape[previous], strike
