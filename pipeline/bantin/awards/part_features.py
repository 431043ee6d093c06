"""What the classifier sees of the parts in a giving, and of their ends."""

from __future__ import annotations

from bantin.awards.clauses import Giving
from bantin.awards.lexicons import Marks, marks
from bantin.awards.parts import inventory, number_end
from bantin.reading import Candidate, Reading


def word(reading: Reading, at: int) -> str:
    tokens = reading.tokens
    return tokens.folded[at] if 0 <= at < len(tokens) else "¶"


def size(number: int) -> str:
    return str(number) if number < 5 else "5-8" if number < 9 else "9+"


def parts(reading: Reading, candidates: list[Candidate]) -> None:
    """A part is told by the stretch of the clause in which it stands, by its place there, and by what
    it is; its end by what comes before and after the cut. Few features name words."""
    tokens = reading.tokens
    laid = marks(reading)
    view: dict[int, _View] = {}
    for c in candidates:
        giving = c.data["giving"]
        if id(giving) not in view:
            view[id(giving)] = _View(reading, laid, giving)
        here = view[id(giving)]
        first, last = tokens.at(c.start), tokens.before(c.end) + 1
        letter, kind = c.data["type"], c.data["start"]
        stretch = giving.where(first)
        if stretch is None:
            block = reading.block_of(c.start)
            lead = first - tokens.at(block.start)
            sign, before, after = "list " + block.kind, str(min(lead, 5)), here.word(last)
            opens_form = closes_form = slot = "list"
        else:
            sign = f"{max(-3, min(3, stretch.place))} {stretch.opens}>{stretch.closes}"
            before = here.skeleton(stretch.first, first)
            after = here.skeleton(last, stretch.last) if last <= stretch.last else "over"
            opens_form, closes_form = stretch.opens_form, stretch.closes_form
            slot = giving.slot(stretch)
        side = "list" if stretch is None else "left" if stretch.place < 0 else "right"
        inner = sign.split(" ", 1)[1]
        position = before[-2:] if before else "^"
        follow = after[:2] if after else "$"
        same = letter in before
        mates = gap = "-"
        if stretch is not None:
            mates = here.mates(stretch.first, stretch.last)
            distance = stretch.first - giving.last if stretch.place > 0 else giving.first - stretch.last
            gap = "0" if distance <= 1 else "near" if distance <= 12 else "far" if distance <= 30 else "very far"
        f = c.features
        f += [
            "type=" + letter,
            "start=" + kind,
            "sign=" + sign,
            f"sign={sign}|{letter}",
            f"in={inner}|{letter}",
            f"in={inner}|{letter}|{position}",
            f"in={inner}|{letter}|{position}|{follow[:1]}",
            f"in={inner}|{letter}|{follow}",
            f"in={inner}|{kind}",
            f"opens={opens_form}|{letter}|{position[-1:]}",
            f"closes={closes_form}|{letter}|{follow[:1]}",
            f"opens={opens_form}|closes={closes_form}|{letter}",
            f"{side}|{letter}|before={before[-4:]}",
            f"{side}|{letter}|after={after[:4]}",
            f"{side}|{letter}|same={same}|{position}",
            f"{side}|{letter}|len={min(len(before), 6)}",
            f"{side}|{kind}|{position[-1:]}|{follow[:1]}",
            f"prev={here.word(first - 1)}|{letter}",
            f"next={here.word(last)}|{letter}",
            f"nextkind={here.kind(last)}|{letter}",
            f"nextkind={here.kind(last)}|in={inner}",
            f"slot={slot}",
            f"slot={slot}|{letter}",
            f"slot={slot}|{kind}",
            f"slot={slot}|{letter}|{position[-1:]}",
            f"slot={slot}|{letter}|{position[-1:]}|{follow[:1]}",
            f"slot={slot}|{letter}|same={same}",
            f"slot={slot}|{letter}|after={after[:3]}",
            f"slot={slot}|{letter}|before={before[-3:]}",
            f"slot={slot}|nextkind={here.kind(last)}|{letter}",
            f"lean={here.lean(first)}|{letter}",
            f"lean={here.lean(first)}|slot={slot}|{letter}",
            f"lean={here.lean(first)}|start={kind}",
            f"mates={mates}|slot={slot}|{letter}",
            f"gap={gap}|slot={slot}",
            f"gap={gap}|slot={slot}|{letter}",
            f"bracket={here.depth.get(first, 0) > 0}|{slot}",
        ]
        if letter == "G":
            head_end = laid.group[first][0] if first in laid.group else first + 1
            f += [f"headword={' '.join(tokens.folded[first:head_end])}", f"headword={' '.join(tokens.folded[first:head_end])}|slot={slot}", f"chunk={size(last - first)}|{kind}"]
        elif letter == "T":
            # "Chủ tịch UBND huyện Lê Thị Mười tặng": the post of a name that follows or precedes
            f.append(f"named={here.named(last)}|{inner}")
            f.append(f"of={here.of(first)}|{inner}")
        elif letter == "P":
            f += [f"place|{here.kind(first - 1)}|{here.kind(last)}", f"placehead={tokens.folded[first] if tokens.shape[first] == 'x' else 'name'}|{inner}", f"wider={here.wider(c)}|{side}"]
        elif letter == "R":
            f += ["rest=" + here.word(last), "first=" + here.word(first), f"size={size(last - first)}"]
        else:
            f += [f"name|{here.kind(first - 1)}|{here.kind(last)}|{inner}", f"wider={here.wider(c)}|{side}", f"size={min(last - first, 3)}|{letter}"]


def extents(reading: Reading, candidates: list[Candidate]) -> None:
    """The right end of a part among the natural ends of its noun group."""
    every: dict[object, set[int]] = {}
    for c in candidates:
        every.setdefault(c.data["mention"], set()).add(c.end)
    view: dict[int, _View] = {}
    tokens = reading.tokens
    for c in candidates:
        giving = c.data["giving"]
        if id(giving) not in view:
            view[id(giving)] = _View(reading, marks(reading), giving)
        first, last = tokens.at(c.start), tokens.before(c.end) + 1
        stretch = giving.where(first)
        side = "list" if stretch is None else "left" if stretch.place < 0 else "right"
        edge = stretch is not None and last == stretch.last
        c.features += _extent(view[id(giving)], first, last, c, every[c.data["mention"]], side)
        c.features += [f"end|edge={edge}|{side}", f"end|role={c.data['role']}|next={view[id(giving)].kind(last)}"]


def _extent(here: _View, first: int, last: int, c: Candidate, every: set[int], side: str) -> list[str]:
    """What tells the right end of a noun group from its others."""
    tokens, laid = here.tokens, here.laid
    kind = c.data["start"]
    following, tail = here.kind(last), here.kind(last - 1)
    shorter = sum(end < c.end for end in every)
    longer = sum(end > c.end for end in every)
    begin = number_end(here.reading, first, last) if tokens.shape[first] == "0" else first + 1
    inside = [here.kind(at) for at in range(begin, last)]
    plain = here.inside.joined.get(first) or here.inside.chunk(here.reading, first)
    head_end = laid.group[first][0] if first in laid.group else first + 1
    f = [
        f"end|next={following}|tail={tail}",
        f"end|plain={'at' if last == plain else 'before' if last < plain else 'after'}",
        f"end|plain={'at' if last == plain else 'before' if last < plain else 'after'}|next={following}",
        f"end|plain={'at' if last == plain else 'before' if last < plain else 'after'}|start={_broad(kind)}",
        f"end|nextword={here.word(last)}",
        f"end|next={following}|start={kind}",
        f"end|next={following}|start={kind}|head={last == head_end}",
        f"end|nextword={here.word(last)}|then={here.kind(last + 1)}",
        f"end|shorter={min(shorter, 3)}|longer={min(longer, 3)}",
        f"end|longer={min(longer, 2)}|next={following}",
        f"end|shorter={min(shorter, 2)}|tail={tail}",
        f"end|size={size(last - first)}|start={kind}",
        f"end|head={last == head_end}|start={kind}|{side}",
        f"end|place={any(end == last for end in here.inside.places.values())}|next={following}",
        f"end|name={any(end == last for end in here.inside.names.values())}|start={kind}",
        f"headword={' '.join(tokens.folded[first:head_end])}",
    ]
    for mark in ("verb", "preposition", "praise", ",", "và", "number", "count", "place", "name", "body"):
        if mark in inside:
            f.append(f"end|has={mark}")
            f.append(f"end|has={mark}|start={kind}")
    for at in range(begin, last):
        if tokens.folded[at] in (",", "và", "-", "cùng"):
            f.append(f"end|joins={here.kind(at - 1)}{tokens.folded[at]}{here.kind(at + 1)}")
            f.append(f"end|joins={kind}{tokens.folded[at]}{here.kind(at + 1)}")
            f.append(f"end|joins={_broad(kind)}{tokens.folded[at]}{_broad(here.kind(at + 1))}")
        elif at in laid.limit:
            f.append(f"end|passes={tokens.folded[at]}")
    if last < len(tokens) and tokens.folded[last] in (",", "và", "-", "cùng"):
        f.append(f"end|leaves={kind}{tokens.folded[last]}{here.kind(last + 1)}")
        f.append(f"end|leaves={_broad(kind)}{tokens.folded[last]}{_broad(here.kind(last + 1))}")
    if here.reading.cuts_word(c.start, c.end):
        f.append("end|cutword")
    return f


def _broad(kind: str) -> str:
    return "noun" if kind in ("group", "person", "kin", "unit", "body", "w", "X", "other") else "count" if kind in ("number", "count") else kind


class _View:
    """A giving as the features see it: the kind of each token, the spans, the depth of brackets."""

    def __init__(self, reading: Reading, laid: Marks, giving: Giving) -> None:
        self.reading, self.tokens, self.laid = reading, reading.tokens, laid
        self.inside = inventory(reading, giving.zone)
        self.chain = {start: (end, kind) for start, end, kind in laid.chain(reading)}
        self.held: dict[int, tuple[int, str]] = {}
        for start, end, letter, _ in self.inside.spans:
            self.held.setdefault(self.tokens.at(start), (self.tokens.before(end) + 1, letter))
        for span in reading.spans("AWARD", *giving.zone):
            self.held[self.tokens.at(span.start)] = (self.tokens.before(span.end) + 1, "A")
        for span in reading.spans("DATE", *giving.zone):
            self.held.setdefault(self.tokens.at(span.start), (self.tokens.before(span.end) + 1, "D"))
        self._mates: dict[tuple[int, int], str] = {}
        self.depth: dict[int, int] = {}
        depth = 0
        for at in range(self.tokens.at(giving.zone[0]), self.tokens.before(giving.zone[1]) + 1):
            depth += (self.tokens.form[at] == "(") - (self.tokens.form[at - 1] == ")" if at else 0)
            if depth > 0:
                self.depth[at] = depth

    def word(self, at: int) -> str:
        return word(self.reading, at)

    def kind(self, at: int) -> str:
        """What a token is, for the parts: a cue, a limit, a mark, the start of a group or span."""
        tokens = self.tokens
        if not 0 <= at < len(tokens):
            return "¶"
        if at in self.held:
            return {"O": "name", "N": "name", "T": "title", "P": "place", "A": "award", "D": "date"}[self.held[at][1]]
        if at in self.chain:
            return self.chain[at][1]
        shape = tokens.shape[at]
        if shape not in ("x", "X", "A", "0"):
            return tokens.form[at]
        if tokens.folded[at] == "và":
            return "và"
        if at in self.laid.limit:
            return self.laid.limit[at]
        if shape == "0":
            return "number"
        if at in self.laid.group:
            return self.laid.group[at][1]
        if at in self.laid.body:
            return "body"
        return "w" if shape == "x" else "X"

    def skeleton(self, first: int, last: int) -> str:
        """What stands in ``[first, last)``: letters of spans, marks, & for "và", w for other words (one
        for a run of them); brackets are skipped."""
        tokens = self.tokens
        out: list[str] = []
        at = first
        while at < last and len(out) < 24:
            if at in self.depth and not self.depth.get(first, 0):
                at += 1
                continue
            if at in self.held and self.held[at][0] <= last:
                letter = self.held[at][1]
                at = self.held[at][0]
            elif tokens.folded[at] == "và" or tokens.folded[at] == "cùng":
                letter, at = "&", at + 1
            elif tokens.shape[at] not in ("x", "X", "A", "0"):
                letter, at = tokens.form[at], at + 1
            else:
                # "đồng chí", "ông" before a name say nothing
                group = self.laid.group.get(at)
                if group and group[1] == "person" and group[0] in self.held:
                    at = group[0]
                    continue
                letter = "#" if tokens.shape[at] == "0" else "w"
                at += 1
            if letter != "D" and (letter not in "w#" or not out or out[-1] != letter):
                out.append(letter)
        return "".join(out)

    def lean(self, first: int) -> str:
        """What stands right before a part: a noun of some kind, else the kind of the token."""
        return "noun " + self.laid.group_end_kind[first] if first in self.laid.group_end_kind else self.kind(first - 1)

    def mates(self, first: int, last: int) -> str:
        """Which of OFFICIAL and TITLE stand in a stretch."""
        if (first, last) not in self._mates:
            self._mates[first, last] = "".join(sorted({self.held[at][1] for at in range(first, last) if at in self.held and self.held[at][1] in "OT"}))
        return self._mates[first, last]

    def named(self, last: int) -> str:
        """Does a name follow a title, at once or after its honorific?"""
        for at in range(last, min(last + 4, len(self.tokens))):
            if at in self.held:
                return self.held[at][1] if self.held[at][1] in "ON" else "no"
            if self.tokens.shape[at] not in ("x", ","):
                break
        return "no"

    def of(self, first: int) -> str:
        """Does a name with its comma stand before a title ("ông A, Chủ tịch …"), or another title?"""
        at = first - 1
        if at >= 0 and self.tokens.form[at] in ",-–(":
            at -= 1
            for _, end, letter, _ in self.inside.spans:
                if self.tokens.before(end) == at and letter in "ONT":
                    return letter
        return "no"

    def wider(self, c: Candidate) -> bool:
        """Does a larger span hold the candidate (a place inside a title, a name inside a group)?"""
        return any(start <= c.start and c.end <= end and end - start > c.end - c.start for start, end, _, _ in self.inside.spans)
