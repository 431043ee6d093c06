"""The clause in which awards are given: its verbs, and the stretches of text between them.

Who stands where is told by grammar more than by words: before the verb of an active clause stands
the giver, before "được" the receiver, between "được" and the verb the giver again, after "cho" the
receiver, after "của" the body in whose name it is given. Awards coordinated under one verb ("tặng
Huân chương Lao động hạng Ba, Cờ thi đua cho …") form one :class:`Giving` and share all parts; an
award without a verb of its own ("trao A cho X và B cho Y") takes the verb and the subject of the
one before it. A :class:`Stretch` is a run of tokens between two cues on the way from the award.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from bantin.awards.lexicons import Marks, marks
from bantin.reading import Reading, Span

VERBS = frozenset(("confer", "hand over", "receive", "have", "propose", "withdraw", "praise"))
BEFORE = VERBS | {"authority", "to"}
AFTER = VERBS | {"to", "issuer", "authority", "reason"}
DEPTH = 4  # stretches read on each side of an award
FAR = 70  # tokens read on each side
JOIN = frozenset((",", "và", "cùng", "nhiều", "các", "những", "hai", "ba", "một", "kèm", "&", "-", "–", "hoặc", "lần", "thứ"))


@dataclass(slots=True)
class Stretch:
    """Tokens ``[first, last)`` between the cue kinds ``opens`` and ``closes``; ``place`` counts from
    the award, negative before it."""

    first: int
    last: int
    opens: str
    closes: str
    opens_form: str
    closes_form: str
    place: int


@dataclass(slots=True, eq=False)
class Giving:
    """Awards given together; ``zone`` in code points, ``stretches`` nearest first on each side,
    ``inherits``: the giving whose subject serves this one too, ``verb``: has it one of its own?"""

    awards: list[Span]
    zone: tuple[int, int]
    first: int
    last: int
    stretches: list[Stretch] = field(default_factory=list)
    inherits: Giving | None = None
    verb: bool = False

    def slot(self, stretch: Stretch) -> str:
        """What grammar expects in a stretch: giver, receiver, authority (in whose name), proposer, reason, or other."""
        opens, closes = stretch.opens, stretch.closes
        giving = ("confer", "hand over", "withdraw", "praise")
        if opens == "reason":
            return "reason"
        if stretch.place < 0:
            if opens == "authority":
                return "authority"
            if closes == "propose" or closes == "have":
                return "proposer"
            if opens == "to":
                return "receiver" if closes == "award" else "other"
            if opens in giving or opens == "have":
                return "receiver"
            if closes in giving:
                return "agent" if opens == "receive" else "giver"
            return "receiver" if closes == "receive" else "other"
        if opens == "to" or opens == "colon" or opens in giving:
            first = not any(0 < other.place < stretch.place and (other.opens == "to" or other.opens in giving) for other in self.stretches)
            return "receiver" if first else "later receiver"
        if opens in ("issuer", "authority"):
            return "authority" if stretch.place == 1 else "later authority"
        return "other" if opens in ("receive", "propose", "have") else "after"

    def where(self, at: int) -> Stretch | None:
        """The stretch that holds token ``at``."""
        for stretch in self.stretches:
            if stretch.first <= at < stretch.last:
                return stretch
        return None


def givings(reading: Reading) -> list[Giving]:
    """The givings of an article, in order. Worked out once, when the awards have been accepted."""
    if "awards.givings" not in reading.facts:
        reading.facts["awards.givings"] = _givings(reading)
    return reading.facts["awards.givings"]


def _givings(reading: Reading) -> list[Giving]:
    tokens = reading.tokens
    laid = marks(reading)
    awards = reading.spans("AWARD")
    out: list[Giving] = []
    sentences: dict[tuple[int, int], list[Span]] = {}
    for award in awards:
        sentences.setdefault(reading.sentence_of(award.start), []).append(award)
    for (left, right), inside in sentences.items():
        group: list[Span] = []
        groups: list[list[Span]] = []
        for award in inside:
            if group and _joined(reading, group[-1].end, award.start):
                group.append(award)
            else:
                group = [award]
                groups.append(group)
        chain = laid.chain(reading)
        cues = chain[bisect_left(chain, (tokens.at(left),)) : bisect_left(chain, (tokens.before(right) + 1,))]
        previous: Giving | None = None
        for number, group in enumerate(groups):
            giving = Giving(group, _zone(reading, group[0], group[-1], awards), tokens.at(group[0].start), tokens.before(group[-1].end) + 1)
            until = tokens.at(groups[number + 1][0].start) if number + 1 < len(groups) else tokens.before(right) + 1
            _lay(reading, laid, giving, cues, tokens.at(left), until, previous)
            out.append(giving)
            previous = giving
    return out


def _joined(reading: Reading, start: int, end: int) -> bool:
    """Nothing but coordination, a count or a bracket between two awards?"""
    tokens = reading.tokens
    at = tokens.at(start)
    last = tokens.before(end) + 1
    depth = 0
    if last - at > 14:
        return False
    while at < last:
        form = tokens.folded[at]
        depth += (form == "(") - (form == ")")
        if not depth and form != ")" and form not in JOIN and tokens.shape[at] != "0":
            return False
        at += 1
    return True


def _zone(reading: Reading, first: Span, last: Span, awards: list[Span]) -> tuple[int, int]:
    """Where the parts of awards stand: their sentence, and the list that it opens ("… tặng Bằng khen:"
    or a heading, followed by items)."""
    left, right = reading.sentence_of(first.start)
    block = reading.block_of(first.start)
    if right >= block.end and (reading.text[left:right].rstrip().endswith(":") or block.kind in ("heading", "short") or block.end - block.start < 100):
        index = reading.blocks.index(block)
        mine = (first.start, last.end)
        for following in reading.blocks[index + 1 : index + 80]:
            if following.kind not in ("item", "short", "heading") or any(following.start <= other.start < following.end for other in awards if not mine[0] <= other.start < mine[1]):
                break
            right = following.end
    return left, right


def _subjectless(reading: Reading, floor: int, verb: int) -> bool:
    """Does a verb follow a mark or "và" at once ("…; trao …", "… và truy tặng …")?"""
    tokens = reading.tokens
    at = verb - 1
    while at >= floor and tokens.folded[at] in ("đã", "cũng", "còn", "sẽ", "vừa", "đồng", "thời", "tiếp", "tục", "lại", "ký", "nhiều", "các", "danh", "hiệu"):
        at -= 1
    return at < floor or tokens.folded[at] in (",", "và", ";", "-", ")")


def _lay(reading: Reading, laid: Marks, giving: Giving, cues: list[tuple[int, int, str]], begin: int, until: int, previous: Giving | None) -> None:
    """Fill the stretches of a giving: leftwards over the cues before it, rightwards to the next one."""
    tokens = reading.tokens
    floor = previous.last if previous else begin
    for at in range(giving.first - 1, max(floor, giving.first - FAR) - 1, -1):
        if tokens.form[at] == ";":
            floor = at + 1
            break
    edge, closes, closes_form, place = giving.first, "award", "award", -1
    own = False
    opens = "previous" if previous and floor == previous.last else "semicolon" if floor > begin else "start"
    for start, end, kind in reversed(cues):
        if start >= giving.first or kind not in BEFORE or place < -DEPTH:
            continue
        if start < floor:
            break
        form = " ".join(tokens.folded[start:end])
        if kind == "to" and (own or form != "cho" or opens == "previous"):
            if opens == "previous" and form in ("cho", "tặng", "đối với"):
                # the receivers of the award before stand from here on
                floor, opens = end, "previous to"
                break
            continue
        if end < edge:
            giving.stretches.append(Stretch(end, edge, kind, closes, form, closes_form, place))
            place -= 1
        edge, closes, closes_form = start, kind, form
        own = own or kind in VERBS
    giving.verb = own
    bare = _subjectless(reading, floor, edge)
    if place >= -DEPTH and floor < edge and not (bare and opens.startswith("previous")):
        giving.stretches.append(Stretch(floor, edge, opens, closes, opens, closes_form, place))
    if previous and bare:
        giving.inherits = previous  # the subject of the clause before serves this one too
    edge, opens, opens_form, place = giving.last, "award", "award", 1
    limit = min(until, giving.last + FAR)
    for at in range(giving.last, limit):
        if tokens.form[at] == ";":
            limit = at
            break
    marks_after = [cue for cue in cues if giving.last <= cue[0] < limit and cue[2] in AFTER]
    marks_after += [(at, at + 1, "colon") for at in range(giving.last, limit) if tokens.form[at] == ":"]
    for start, end, kind in sorted(marks_after):
        if place > DEPTH:
            break
        form = " ".join(tokens.folded[start:end])
        if start > edge:
            giving.stretches.append(Stretch(edge, start, opens, kind, opens_form, form, place))
            place += 1
        edge, opens, opens_form = max(edge, end), kind, form
    if place <= DEPTH + 1:
        giving.stretches.append(Stretch(edge, max(limit, edge), opens, "end", opens_form, "end", place))
