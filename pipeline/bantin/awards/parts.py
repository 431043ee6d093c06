"""What may play a part in the giving of awards: the extents of its sentence (and of the list that it
opens) that may name a giver or a receiver, each start with all its natural ends."""

from __future__ import annotations

from bantin.awards.clauses import Giving, givings
from bantin.awards.lexicons import Marks, marks
from bantin.reading import Candidate, Reading, Span

LONGEST = 22  # tokens of a recipient or issuer
OPEN = "“\"'‘«"
CLOSE = {"“": "”", '"': '"', "'": "'", "‘": "’", "«": "»"}
_NOT_LAST = frozenset(("và", "của", "là", "cho", "các", "những", "với", "tại", "ở", "-", "–"))
_INSIDE_AFTER = frozenset(("trong", "tại", "ở", "thuộc", "trên", "dưới", "ngoài", "giữa"))  # what follows is a place, not a part
_MEASURES = frozenset(("năm", "tuổi", "giờ", "triệu", "tỷ", "đồng", "tháng", "ngày", "phút", "tỉ", "nghìn", "ngàn", "km", "m", "kg", "ha", "tấn", "giây"))
_LETTERS = frozenset(("x", "X", "A", "0"))


class Inventory:
    """The spans and starts of one zone. ``spans``: (start, end, type, Span or None) of O, T, P and of N,
    another person's name; ``starts``: what a noun group may begin with, by token."""

    def __init__(self, reading: Reading, left: int, right: int) -> None:
        tokens = reading.tokens
        laid = marks(reading)
        self.spans: list[tuple[int, int, str, Span | None]] = []
        for label, letter in (("OFFICIAL", "O"), ("TITLE", "T"), ("PLACE", "P")):
            self.spans += [(span.start, span.end, letter, span) for span in reading.spans(label, left, right)]
        self.spans += _people(reading, left, right, [(start, end) for start, end, letter, _ in self.spans if letter != "P"])
        self.spans.sort(key=lambda item: (item[0], -item[1]))
        self.places = {tokens.at(start): tokens.before(end) + 1 for start, end, letter, _ in self.spans if letter == "P"}
        self.names = {tokens.at(start): tokens.before(end) + 1 for start, end, letter, _ in self.spans if letter in "NO"}
        self.titles = {tokens.at(start): tokens.before(end) + 1 for start, end, letter, _ in self.spans if letter == "T"}
        self.starts: dict[int, str] = {}
        self.dates = {tokens.at(span.start): tokens.before(span.end) + 1 for span in reading.spans("DATE", left, right)}
        first, last = tokens.at(left), tokens.before(right) + 1
        at = first
        while at < last:
            if at in self.dates or at in self.names:
                at = self.dates.get(at) or self.names[at]
            elif tokens.shape[at] == "0":
                # "1.380 cá nhân", "98,2% hộ", "158/311 thôn": the number is one piece
                stop = number_end(reading, at, last)
                if stop < last and tokens.shape[stop] == "x" and (stop in laid.group or tokens.folded[stop] not in _MEASURES):
                    self.starts[at] = "number"
                at = stop
            elif at in laid.group and not (laid.group[at][1] == "count" and self._counts_nothing(tokens, laid, at)):
                self.starts[at] = laid.group[at][1]
                at = laid.group[at][0]
            else:
                if at in laid.body:
                    self.starts[at] = "body"
                elif at in self.places:
                    self.starts[at] = "place"
                at += 1
        self._chunks: dict[int, int] = {}
        self.joined: dict[int, int] = {}
        self._inner: set[int] | None = None
        self._laid = laid
        self._reading = reading

    @staticmethod
    def _counts_nothing(tokens, laid: Marks, at: int) -> bool:
        """ "lần thứ ba", "hai sinh viên trên": a count word that begins no group."""
        after = laid.group[at][0]
        return tokens.folded[at - 1 : at] in (["thứ"], ["hạng"], ["giải"], ["mức"], ["loại"], ["khóa"]) or after >= len(tokens) or after in laid.limit or tokens.shape[after] not in _LETTERS

    def chunk(self, reading: Reading, first: int) -> int:
        """The end of the plain noun group that begins at a token: up to a mark, "và", a cue or a limit."""
        if first not in self._chunks:
            tokens, laid = reading.tokens, self._laid
            at = number_end(reading, first, len(tokens)) if tokens.shape[first] == "0" else laid.group[first][0] if first in laid.group else first + 1
            while at < len(tokens) and tokens.shape[at] in _LETTERS and at - first < LONGEST:
                if at in laid.limit or at in self.dates or at in laid.chain_at(reading) or tokens.folded[at] in ("và", "cùng") or "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]]:
                    break
                if at in laid.award and laid.award[at][1]["role"] == "head":
                    break
                at = max(self.places.get(at, 0), self.names.get(at, 0), laid.group.get(at, (0, ""))[0], at + 1)
            self._chunks[first] = at
        return self._chunks[first]

    def within(self, at: int, only: dict[int, int] | None = None) -> bool:
        """Does a token stand inside a noun group that began before it, or after a preposition? ``only``: for the
        groups that begin with one of these."""
        if only is not None:
            return any(first < at < self.chunk(self._reading, first) for first in range(max(0, at - LONGEST), at) if first in only)
        if self._inner is None:
            self._inner = self._find_inner()
        return at in self._inner

    def _find_inner(self) -> set[int]:
        reading, tokens, laid = self._reading, self._reading.tokens, self._laid
        inner: set[int] = set()
        edge = 0
        for first in sorted(self.starts):
            kind = self.starts[first]
            if first < edge or first in inner:
                inner.add(first)
                continue
            after = number_end(reading, first, len(tokens)) if tokens.shape[first] == "0" else laid.group[first][0] if first in laid.group else first + 1
            if (kind in ("number", "count", "unit") and after in self.places) or (kind == "person" and after in self.names):
                inner.add(first)  # "hai xã Đông Lai, Tử Nê", "bác sĩ B": the names are the parts
                continue
            if first in self.places and kind != "body":
                edge = max(edge, self.places[first])
                continue
            stop = self.chunk(reading, first)
            named = next((at for at in range(first, stop) if at in self.names), None)
            if named is not None and "person" in (kind, laid.group_end_kind.get(named)) and not any(laid.group.get(at, (0, ""))[1] == "kin" for at in range(first, named)):
                inner.add(first)  # "hai lão thành cách mạng Nguyễn Văn A"
                edge = named
                continue
            # "27 phố, thôn", "các tập thể, cá nhân", "6 cán bộ và giáo viên": one count for all
            counted = kind in ("number", "count") and after in laid.group and laid.group[after][1] != "count"
            while counted and stop + 1 < len(tokens) and tokens.folded[stop] in (",", "và") and tokens.shape[stop + 1] == "x":
                if self.starts.get(stop + 1) not in ("group", "person", "unit") or laid.group[stop + 1][0] in self.places or laid.group[stop + 1][0] in self.names:
                    break
                stop = self.joined[first] = self.chunk(reading, stop + 1)
            if kind != "other":
                inner.update(range(first + 1, stop))
                edge = stop
        inner -= set(self.names) - {at for at in self.names if any(first < at < self.chunk(reading, first) for first in self.starts if first not in inner)}
        for at in list(self.starts) + list(self.places) + list(self.names):
            if at and tokens.folded[at - 1] in _INSIDE_AFTER:
                inner.add(at)
        return inner


def number_end(reading: Reading, at: int, last: int) -> int:
    """The token after a number written as several tokens."""
    tokens = reading.tokens
    stop = at + 1
    while stop < last and tokens.start[stop] == tokens.end[stop - 1] and (tokens.shape[stop] == "0" or tokens.form[stop] in ".,/%"):
        stop += 1
    while stop > at + 1 and tokens.form[stop - 1] in ".,/":
        stop -= 1
    return stop


def _people(reading: Reading, left: int, right: int, held: list[tuple[int, int]]) -> list[tuple[int, int, str, Span | None]]:
    """Names of people who hold no post: the officials' proposals that were not accepted."""
    tokens = reading.tokens
    longest: dict[int, int] = {}
    for candidate in reading.proposed.get("official", ()):
        if left <= candidate.start and candidate.end <= right and candidate.data["last"] == candidate.data["run"][1] and candidate.rule in ("honorific", "surname", "title"):
            # of the cuts of one run the longest that an honorific or a surname begins
            longest[candidate.end] = min(longest.get(candidate.end, candidate.start), candidate.start)
    out: list[tuple[int, int, str, Span | None]] = []
    places = [(span.start, span.end) for span in reading.spans("PLACE", left, right)]
    for end, start in longest.items():
        if not any(a < end and start < b for a, b in held + places):
            out.append((start, end, "N", None))
    # an honorific and a capitalised run that the officials did not propose
    laid = marks(reading)
    spots = held + [(span.start, span.end) for label in ("PLACE", "AWARD") for span in reading.spans(label, left, right)]
    for at in range(tokens.at(left), tokens.before(right) + 1):
        if at in laid.group and laid.group[at][1] == "person":
            first = last = laid.group[at][0]
            while last < len(tokens) and tokens.shape[last] == "X" and last - first < 5 and tokens.end[last] <= right:
                last += 1
            if last > first and not any(a < tokens.end[last - 1] and tokens.start[first] < b for a, b in spots + [(start, end) for start, end, _, _ in out]):
                out.append((tokens.start[first], tokens.end[last - 1], "N", None))
    # "Hiệp và Thắng, hai sinh viên": the last syllable of a name known from elsewhere in the article
    known = {reading.text[c.start : c.end].rsplit(" ", 1)[-1] for c in reading.proposed.get("official", ()) if " " in reading.text[c.start : c.end] and c.rule in ("honorific", "surname")}
    taken = held + [(start, end) for start, end, _, _ in out]
    taken += [(span.start, span.end) for label in ("PLACE", "AWARD") for span in reading.spans(label, left, right)]
    for at in range(tokens.at(left), tokens.before(right) + 1):
        if tokens.shape[at] == "X" and tokens.form[at] in known and at not in laid.group and not any(a < tokens.end[at] and tokens.start[at] < b for a, b in taken):
            alone = (at == 0 or tokens.shape[at - 1] not in ("X", "A")) and (at + 1 >= len(tokens) or tokens.shape[at + 1] not in ("X", "A"))
            if alone and tokens.start[at] not in {start for start, _, _, _ in out}:
                out.append((tokens.start[at], tokens.end[at], "N", None))
    return out


def inventory(reading: Reading, zone: tuple[int, int]) -> Inventory:
    held: dict = reading.facts.setdefault("awards.inventory", {})
    if zone not in held:
        held[zone] = Inventory(reading, *zone)
    return held[zone]


def ends(reading: Reading, inside: Inventory, first: int, last: int) -> list[int]:
    """Natural ends (tokens, exclusive) of a noun group that begins at token ``first``."""
    tokens = reading.tokens
    laid = marks(reading)
    out: set[int] = set()
    chain = {start: kind for start, _, kind in laid.chain(reading)}
    at = first
    stop = min(last, first + LONGEST)
    if first in laid.group:
        out.add(min(laid.group[first][0], stop))
    while at < stop:
        if at > first and "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]]:
            out.add(at)
            break
        if at > first and tokens.folded[at] == "ảnh" and tokens.form[at - 1] in "-–(/":
            break  # a photo's credit
        for spots in (inside.places, inside.names):
            if at in spots and spots[at] <= last:
                at = max(spots[at], at + 1)
                out.add(at)
                break
        else:
            form, shape = tokens.folded[at], tokens.shape[at]
            if shape == "0":
                if at > first:
                    out.add(at)
                at = number_end(reading, at, last)
                if at - first > 1:
                    out.add(at)
                continue
            if at > first:
                if tokens.form[at] in OPEN and (close := closing(reading, at)) is not None and close < stop:
                    out.add(at)
                    at = close + 1
                    out.add(at)
                    continue
                if shape in '.;:()”»“"' or (at in laid.award and laid.award[at][1]["role"] == "head"):
                    out.add(at)
                    break
                kind = chain.get(at)
                if kind in ("confer", "hand over", "receive", "propose", "withdraw", "praise", "to", "reason", "have"):
                    out.add(at)
                    if kind != "have":
                        break
                if form in (",", "và", "-", "–", "cùng") or at in laid.limit or at in laid.stop or at in laid.award or (shape == "x" and tokens.shape[at - 1] in ("X", "A")):
                    out.add(at)
            at += 1
    else:
        out.add(at)
    return sorted(end for end in out if first < end <= last and (tokens.shape[end - 1] in _LETTERS or tokens.form[end - 1] in '”"%') and tokens.folded[end - 1] not in _NOT_LAST)


def closing(reading: Reading, at: int) -> int | None:
    """The index of the mark that closes the quotation opened at ``at``; None if none does soon."""
    tokens = reading.tokens
    close = CLOSE[tokens.form[at]]
    for index in range(at + 2, min(at + 24, len(tokens))):
        if tokens.form[index] == close:
            return index
        if tokens.form[index] == "“":
            return None
    return None


def starts(reading: Reading, role: str) -> list[Candidate]:
    """For each giving, where a part of this role may begin; one candidate a start, as long as its first
    noun group. ``data``: ``awards``, ``award`` (the first of them), ``role``, ``type`` (O, T, P, N spans, or
    G a noun group), ``start`` (what it begins with), ``span``, ``giving``, ``mention``."""
    out: list[Candidate] = []
    tokens = reading.tokens
    for number, giving in enumerate(givings(reading)):
        if role == "reason":
            out += [_make(giving, number, role, start, end, "R", "reason", None) for start, end in _reasons(reading, giving)]
            continue
        inside = inventory(reading, giving.zone)
        sentence_end = reading.sentence_of(giving.awards[0].start)[1]
        found = _spans(reading, inside, role)
        if role != "presenter":
            for at, kind in _nouns(reading, giving, inside, role, sentence_end).items():
                last = inside.joined.get(at) or inside.chunk(reading, at)
                found.setdefault(tokens.start[at], (tokens.end[last - 1], "G", kind, None))
        for start, (end, letter, kind, span) in sorted(found.items()):
            listed = start >= sentence_end
            if _outside(giving, start, end) and (giving.where(tokens.at(start)) is not None or (listed and role == "recipient")):
                out.append(_make(giving, number, role, start, end, letter, kind, span))
    return out


def _spans(reading: Reading, inside: Inventory, role: str) -> dict[int, tuple[int, str, str, Span | None]]:
    """The spans that may play a role, by start, without those inside a larger noun group."""
    tokens = reading.tokens
    wanted = {"presenter": "O", "issuer": "TP", "recipient": "ONP"}[role]
    found: dict[int, tuple[int, str, str, Span | None]] = {}
    for start, end, letter, span in inside.spans:
        if letter not in wanted or start in found:
            continue
        if role == "recipient" and inside.within(tokens.at(start)):
            continue
        if letter == "P" and role == "issuer" and _located(tokens, inside, tokens.at(start)):
            continue
        if letter == "P" and any(other[0] <= start and end <= other[1] and other[2] == "T" for other in inside.spans):
            continue
        found[start] = (end, letter, letter, span)
    return found


def _located(tokens, inside: Inventory, at: int) -> bool:
    """Does a place stand after a preposition, or in a chain of units that does ("tại phường 12, quận 5")?"""
    chain = {end: start for start, end in inside.places.items()}
    while at > 1 and tokens.form[at - 1] in ",-(" and at - 1 in chain:
        at = chain[at - 1]
    return at > 0 and tokens.folded[at - 1] in _INSIDE_AFTER | {"về", "ra", "đến", "tới", "từ", "lên", "xuống", "vào", "qua", "ấp", "thôn"}


def _make(giving: Giving, number: int, role: str, start: int, end: int, letter: str, kind: str, span: Span | None) -> Candidate:
    data = {"award": giving.awards[0], "awards": giving.awards, "role": role, "type": letter, "start": kind, "span": span, "giving": giving, "mention": (number, role, start)}
    return Candidate(role, start, end, "part", data)


def _outside(giving: Giving, start: int, end: int) -> bool:
    return not any(start < award.end and award.start < end for award in giving.awards)


def _nouns(reading: Reading, giving: Giving, inside: Inventory, role: str, sentence_end: int) -> dict[int, str]:
    """Where noun groups begin, and wherever grammar expects a receiver."""
    tokens = reading.tokens
    laid = marks(reading)
    held = [(start, end) for start, end, letter, _ in inside.spans if letter in "NOT"]
    if role == "issuer":
        at_body = {at: "body" for at in inside.starts if at in laid.body and not inside.within(at, laid.body) and not (at in inside.places and _located(tokens, inside, at))}
        return {at: kind for at, kind in at_body.items() if tokens.start[at] < sentence_end and not any(a <= tokens.start[at] < b for a, b in held)}
    out = {at: kind for at, kind in inside.starts.items() if tokens.start[at] < sentence_end and not inside.within(at)}
    for stretch in giving.stretches:
        at = stretch.first
        if at < stretch.last and tokens.shape[at] in ("x", "X", "A") and at not in laid.limit and not (at in laid.group and laid.group[at][1] == "person" and laid.group[at][0] in inside.names):
            out.setdefault(at, "other")
    if giving.zone[1] > sentence_end:
        out |= {at: inside.starts.get(at, kind) for at, kind in _items(reading, sentence_end, giving.zone[1]).items()}
    return {at: kind for at, kind in out.items() if not any(a <= tokens.start[at] < b for a, b in held)}


def extents(reading: Reading) -> list[Candidate]:
    """All ends of the noun groups that have been accepted as issuer or recipient; ``group`` as ``mention``."""
    tokens = reading.tokens
    out: list[Candidate] = []
    for part in reading.facts.get("awards.parts", ()):
        if part.data["type"] != "G":
            continue
        giving = part.data["giving"]
        inside = inventory(reading, giving.zone)
        first = tokens.at(part.start)
        held = [(start, end) for start, end, letter, _ in inside.spans if letter in "NOT"]
        for end in ends(reading, inside, first, tokens.before(giving.zone[1]) + 1):
            stop = tokens.end[end - 1]
            if _outside(giving, part.start, stop) and not any(a < stop < b or (part.start <= a and b <= stop and end - first > LONGEST) for a, b in held):
                out.append(Candidate("end", part.start, stop, "end", {**part.data, "part": part, "group": part.data["mention"]}))
    return out


def _items(reading: Reading, left: int, right: int) -> dict[int, str]:
    """The first word of each line of a list, after its number."""
    tokens = reading.tokens
    out = {}
    for block in reading.blocks:
        if left <= block.start < right:
            at = tokens.at(block.start)
            while at < len(tokens) and tokens.start[at] < block.end and tokens.shape[at] not in ("x", "X", "A"):
                at += 1
            if at < len(tokens) and tokens.start[at] < block.end:
                out[at] = "item"
    return out


def _reasons(reading: Reading, giving: Giving) -> list[tuple[int, int]]:
    """Extents after "vì", "có thành tích …": to the next mark, and to the sentence's end."""
    tokens = reading.tokens
    laid = marks(reading)
    out = []
    left, right = giving.awards[-1].end, giving.zone[1]
    last = tokens.before(right) + 1
    for start, end, kind in laid.cues_between(tokens.at(left), last):
        if kind != "reason":
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
