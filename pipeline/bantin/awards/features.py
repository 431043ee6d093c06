"""What the classifier sees of an award, of its realis, and of the parts in its giving."""

from __future__ import annotations

from bisect import bisect_left

from bantin.awards.clauses import Giving
from bantin.awards.lexicons import Marks, marks, touch
from bantin.awards.parts import inventory, number_end
from bantin.reading import Candidate, Reading

CLOSED = ("”", '"')


def _word(reading: Reading, at: int) -> str:
    tokens = reading.tokens
    return tokens.folded[at] if 0 <= at < len(tokens) else "¶"


def _size(number: int) -> str:
    return str(number) if number < 5 else "5-8" if number < 9 else "9+"


def _cues_left(reading: Reading, laid: Marks, at: int, left: int) -> list[tuple[int, str, str]]:
    """Cues between the start of the sentence and token ``at``: (distance, kind, form), nearest first."""
    tokens = reading.tokens
    near = laid.cues_between(tokens.at(left), at)
    out = [(at - end, kind, " ".join(tokens.folded[start:end])) for start, end, kind in near if end <= at]
    return sorted(out)


def describe(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    if not candidates:
        return
    unit_ends = {end - 1: start for start, (end, kind) in laid.group.items() if kind in ("unit", "group")}
    head_ends = dict(laid.award.values())
    names = {tokens.at(c.start) for c in reading.proposed.get("official", ()) if c.rule in ("honorific", "surname", "title")}
    for c in candidates:
        first, last, head = c.data["first"], c.data["last"], c.data["head"]
        left, _ = reading.sentence_of(c.start)
        following, previous = _word(reading, last), _word(reading, first - 1)
        next_shape = tokens.shape[last] if last < len(tokens) else "¶"
        form = head["form"].lower() if head else "“”"
        kind = head["kind"] if head else "quote"
        role = head["role"] if head else "quote"
        open_end = last > c.data["head_end"]
        tail = tokens.folded[last - 1]
        f = c.features
        f += [
            "rule=" + c.rule,
            "head=" + form,
            "kind=" + kind,
            "role=" + role,
            "prev=" + previous,
            "next=" + following,
            "nexts=" + next_shape,
            "tail=" + tail,
            "tails=" + tokens.shape[last - 1],
            f"tail={tail}|next={following}",
            f"prev2={_word(reading, first - 2)} {previous}",
            f"next2={following} {_word(reading, last + 1)}",
            "size=" + _size(last - c.data["head_end"]),
            f"rule={c.rule}|prev={previous}",
            f"role={role}|prev={previous}",
            f"kind={kind}|open={open_end}|nexts={next_shape}",
            f"kind={kind}|next={following}",
            f"head={form}|open={open_end}",
            "left=" + _size(c.data["ends"] - 1 - c.data["rank"]),
            "first=" + tokens.shape[first],
            "block=" + reading.block_of(c.start).kind,
        ]
        if c.data["rank"] == c.data["ends"] - 1:
            f.append(f"longest|rule={c.rule}")
        else:
            f.append(f"more|next={following}|kind={kind}")
            if next_shape in ("X", "A", "0"):
                f.append(f"more|nexts={next_shape}|tails={tokens.shape[last - 1]}")
        if open_end:
            f.append("tails2=" + " ".join(tokens.folded[max(c.data["head_end"], last - 2) : last]))
            f += ["in=" + word for word in set(tokens.folded[c.data["head_end"] : last])]
        cues = _cues_left(reading, laid, first, left)
        if cues:
            distance, cue, word = cues[0]
            f += [f"cue={cue}|{_size(distance)}", f"cue={cue}|role={role}", f"cueword={word}|role={role}", f"cue={cue}|near={distance <= 2}|role={role}"]
        else:
            f.append("cue=none|role=" + role)
        left_of, strike = touch(reading, laid, first)
        f += [f"touch={left_of}", f"touch={left_of}|role={role}", f"touch={left_of}|kind={kind}", f"touch={left_of}|over={strike}|role={role}", f"touch={left_of}|rule={c.rule}"]
        if nearest := next((cue for _, cue, _ in cues if cue in ("confer", "hand over", "receive", "have", "propose", "withdraw", "praise")), None):
            f += [f"verb={nearest}|role={role}", f"verb={nearest}|kind={kind}"]
        near = {kind_ for distance, kind_, _ in cues if distance <= 8}
        f += [f"near={kind_}|role={role}" for kind_ in near]
        f += ["w=" + word for word in set(tokens.folded[max(0, first - 6) : first])]
        f += [f"w={word}|role={role}" for word in set(tokens.folded[max(0, first - 4) : first])]
        f += ["r=" + word for word in set(tokens.folded[last : last + 3])]
        if first in laid.award and c.rule == "quotation":
            f.append("awardinside")
        if any(first < at < last for at in laid.award):
            f.append("hasaward")
            f.append("hasaward|role=" + role)
        if any(at < first < end for at, (end, _) in laid.award.items() if at >= first - 6):
            f.append("insidehead")
        f.append(f"prevshape={tokens.shape[first - 1] if first else '¶'}|kind={kind}")
        if first and first - 1 in unit_ends:
            f += [f"unitbefore|head={form}", f"unitbefore|role={role}", f"unitbefore|{_word(reading, unit_ends[first - 1] - 1)}"]
        if c.data["head_end"] in laid.award and c.data["head_end"] < len(tokens) and last >= c.data["head_end"]:
            inner, row = laid.award[c.data["head_end"]]
            f.append(f"then={row['role']}|head={form}|open={open_end}")
            f.append(f"inner={'at' if last == inner else 'before' if last < inner else 'after'}|role={role}")
            f.append(f"inner={'at' if last == inner else 'before' if last < inner else 'after'}|{row['role']}|head={form}")
        if first in head_ends:
            f.append(f"afterhead={head_ends[first]['form'].lower()}")
            f.append(f"afterhead={head_ends[first]['role']}|role={role}")
        if last in names:
            f += ["nextname", f"nextname|kind={kind}"]
        if any(at in names for at in range(first, last)):
            f.append(f"hasname|role={role}")
        for back in range(max(0, first - 4), first):
            if back in laid.campaign and laid.campaign[back][0] == "noun" and laid.campaign[back][1] <= first:
                f += ["campaign", f"campaign|rule={c.rule}", f"campaign={first - laid.campaign[back][1]}|role={role}"]
        if head is None:
            opener = laid.group.get(first + 1)
            f.append(f"quotehead={opener[1] if opener else laid.award[first + 1][1]['role'] if first + 1 in laid.award else 'none'}|rule={c.rule}")
            f.append(f"quotehead={opener[1] if opener else 'award' if first + 1 in laid.award else 'none'}|prev={previous}")
            f.append(f"praise={any(laid.limit.get(at) == 'praise' for at in range(first, last))}|rule={c.rule}")
            if cues:
                f.append(f"quotecue={cues[0][1]}|{cues[0][0] <= 2}|{'unit' if opener else 'none'}")
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
        if c.start and reading.text[c.start - 1] in "“\"'‘":
            f.append(f"quoted|closed={following in CLOSED}")


def realis(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    if not candidates:
        return
    genre = _genre(reading)
    for c in candidates:
        first, last = tokens.at(c.start), tokens.before(c.end) + 1
        left, right = reading.sentence_of(c.start)
        award = c.data["award"]
        head = award.data.get("head")
        kind = head["kind"] if head else "quote"
        f = c.features
        f += ["kind=" + kind, "rule=" + award.rule, "block=" + reading.block_of(c.start).kind, f"prev={_word(reading, first - 1)}", f"prev2={_word(reading, first - 2)} {_word(reading, first - 1)}"]
        f += ["genre=" + word for word in genre]
        section = _section(reading, laid, c.start)
        f += ["section=" + section, f"section={section}|kind={kind}"]
        modal = next(((cue, word) for _, cue, word in _cues_left(reading, laid, first, left) if cue in ("aim", "done", "propose", "withdraw")), ("none", ""))
        f += [f"modal={modal[0]}", f"modal={modal[1]}", f"modal={modal[0]}|section={section}"]
        for distance, cue, word in _cues_left(reading, laid, first, left):
            f += [f"cue={cue}", f"cueword={word}"]
            if distance <= 6:
                f += [f"near={cue}", f"nearword={word}"]
        for start, end, cue in laid.cues_between(last, last + 11):
            if tokens.end[end - 1] <= right:
                f += [f"after={cue}", "afterword=" + " ".join(tokens.folded[start:end])]
        sentence = tokens.folded[tokens.at(left) : tokens.before(right) + 1]
        f += ["s=" + word for word in set(sentence) if word in ("%", "sẽ", "đã", "vừa", "chưa", "không", "nếu", "phấn", "đấu", "tỷ", "lệ", "năm")]
        f += ["w=" + word for word in set(tokens.folded[max(0, first - 8) : first])]
        f += ["r=" + word for word in set(tokens.folded[last : last + 5])]
        published = reading.article.published
        years = [span.value.get("value", "")[:4] for span in reading.spans("DATE", left, right)]
        if published:
            f += [f"year={'later' if year > str(published.year) else 'same' if year == str(published.year) else 'earlier'}" for year in set(years) if year.isdigit()]
        block = reading.block_of(c.start)
        f += ["lead=" + word for word in tokens.folded[tokens.at(block.start) : tokens.at(block.start) + 4]]


def _section(reading: Reading, laid: Marks, offset: int) -> str:
    """What the headings above an award speak of: aim ("Mục tiêu", "Phương hướng") or done ("Kết quả")."""
    tokens = reading.tokens
    index = bisect_left(reading.blocks, offset, key=lambda block: block.end)
    for block in reversed(reading.blocks[max(0, index - 40) : index]):
        if block.end - block.start < 130 and block.kind in ("heading", "short", "item"):
            first, last = tokens.at(block.start), tokens.before(block.end) + 1
            kinds = {laid.cue_at.get(at) for at in range(first, min(last, first + 14))} & {"aim", "done"}
            if len(kinds) == 1 and (block.kind != "item" or reading.text[block.start : block.end].rstrip().endswith(":")):
                return str(kinds.pop())
    return "none"


def _genre(reading: Reading) -> set[str]:
    """Words of the article's headings in capitals: a resolution or a plan speaks of aims."""
    words: set[str] = set()
    for block in reading.blocks[:8]:
        if block.kind == "heading" or reading.text[block.start : block.end].isupper():
            words.update(reading.folded[block.start : block.end].split()[:6])
    return words


# --- the parts in a giving ------------------------------------------------------------------------


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
            f += [f"headword={' '.join(tokens.folded[first:head_end])}", f"headword={' '.join(tokens.folded[first:head_end])}|slot={slot}", f"chunk={_size(last - first)}|{kind}"]
        elif letter == "T":
            # "Chủ tịch UBND huyện Lê Thị Mười tặng": the post of a name that follows or precedes
            f.append(f"named={here.named(last)}|{inner}")
            f.append(f"of={here.of(first)}|{inner}")
        elif letter == "P":
            f += [f"place|{here.kind(first - 1)}|{here.kind(last)}", f"placehead={tokens.folded[first] if tokens.shape[first] == 'x' else 'name'}|{inner}", f"wider={here.wider(c)}|{side}"]
        elif letter == "R":
            f += ["rest=" + here.word(last), "first=" + here.word(first), f"size={_size(last - first)}"]
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
        f"end|size={_size(last - first)}|start={kind}",
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
        return _word(self.reading, at)

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
