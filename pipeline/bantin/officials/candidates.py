"""What may be a title, a name of an official, and a pair of the two.

High recall is the aim: every role word proposes every end that its title might have, every run of
capitals where a name may stand proposes its plausible cuts; the classifier settles which.
"""

from __future__ import annotations

from bisect import bisect_left

from bantin.officials.marks import CAPITAL, Marks, joined, marks
from bantin.reading import Candidate, Reading, Span, Tokens

LONGEST_TITLE = 28  # tokens; "Phó Cục trưởng Cục Cảnh sát điều tra tội phạm về …" needs them
MOST_TITLES = 12  # on either side of a name that may be its own (a list's opening post besides)
LONGEST_NAME = 6  # tokens; "Công Tằng Tôn Nữ Thị Hoa"


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
        if start < taken or row["kind"] in ("no", "company"):
            continue
        first = start
        if row["kind"] in ("former", "acting"):
            following = laid.role.get(role_end)
            if not following or following[1]["kind"] in ("former", "acting"):
                continue
            role_end, row = following
            taken = role_end
        if row["kind"] in ("no", "company") or laid.body.get(role_end, (0, {"branch": ""}))[1]["branch"] == "company":
            continue  # "Phó Giám đốc HTX …": posts of companies are none (guidelines, TITLE)
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
    ends = [role_end] if row["body"] != "needed" else []
    if row["body"] == "none":
        return ends
    limit = min(len(tokens), role_end + LONGEST_TITLE)
    at = role_end
    last_place = -1
    seen_body = False
    while at < limit:
        if not joined(reading, tokens, at):
            break
        if at in places:
            ends.extend(_noun_ends(tokens, laid, at, places[at]))
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
        if at > role_end and shape == "x" and laid.predicate.get(at, (0, ""))[1] == "verb" and laid.predicate[at][0] > laid.body.get(at, (0, {}))[0]:
            break
        if at in laid.body:
            seen_body = True
            # "UBND tỉnh" is a body's form and "tỉnh Đắk Nông" a place: the body's noun opens the place.
            longer = next((inner for inner in range(at + 1, laid.body[at][0]) if places.get(inner, 0) > laid.body[at][0]), None)
            if longer is not None:
                ends.append(laid.body[at][0])
                ends.extend(_noun_ends(tokens, laid, longer, places[longer]))
                at = last_place = places[longer]
                ends.append(at)
                continue
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
            if (tokens.end[at - 1] in word_edges or at >= limit or tokens.shape[at] != "x") and tokens.folded[at - 1] not in ("và", "của"):
                ends.append(at)
            continue
        if shape == "." and tokens.shape[at - 1] == "A" and at + 1 in laid.body and at == role_end:
            at += 1  # "PCT. HĐND", "CT.UBND"
            continue
        if shape in "-–—&/" and at + 1 < limit and tokens.shape[at + 1] in ("x", "X", "A", "0"):
            at += 1
            continue
        if shape == "," and (seen_body or at > role_end) and _lists_on(tokens, laid, at, limit):
            at += 1
            continue
        break
    if at > max(ends, default=role_end) and tokens.shape[at - 1] in CAPITAL:
        ends.append(at)  # what stopped the walk ends the title, whatever the word list makes of it
    return sorted(set(ends))


def _noun_ends(tokens: Tokens, laid: Marks, first: int, last: int) -> list[int]:
    """Cuts inside a place: "Chủ tịch UBND quận 1 Trần Thế Thuận" may have been taken for one place."""
    return [at for at in range(first + 1, last - 1) if at in laid.surname and tokens.shape[at + 1] in CAPITAL]


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
        if tokens.shape[at] not in CAPITAL:
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
        if tokens.shape[at] in CAPITAL and gap in (" ", "  "):
            at += 1
        elif tokens.form[at] in "-’'" and not gap and at + 1 < len(tokens) and at + 1 not in walls and tokens.start[at + 1] == tokens.end[at] and tokens.form[at + 1][0].isalpha():
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
    opening = laid.honorific.get(start)
    if opening and start < opening[0] < end and opening[1] in ("civil", "comrade") and start not in title_ends and start not in laid.honorific_end:
        begins.pop(start, None)  # "Ông Lê Văn Hà": a surname Ông or Anh stands after a word of address
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
    out: list[Candidate] = []
    laid = marks(reading)
    tokens = reading.tokens
    cue_starts = [(tokens.start[start], kind) for start, _, kind in laid.cue]
    lists: dict[int, dict[int, str]] = {}
    zones: dict[tuple[int, int], tuple[list[Span], list[str], list[Span]]] = {}
    for official in reading.spans("OFFICIAL"):
        left, right = zone(reading, official)
        if (left, right) not in zones:
            inside = reading.spans("TITLE", left, right)
            kinds = ["holds", *sorted({kind for offset, kind in cue_starts if left <= offset < right})]
            zones[left, right] = inside, kinds, [title for title in inside if _before_colon(reading, title)]
        inside, kinds, openers = zones[left, right]
        middle = bisect_left(inside, official.start, key=lambda title: title.start)
        near = inside[max(0, middle - MOST_TITLES) : middle + MOST_TITLES]
        opener = bisect_left(openers, official.start, key=lambda title: title.start) - 1
        if opener >= 0 and openers[opener].start < near[0].start:
            near = [openers[opener], *near]
        for title in near:
            if id(title) not in lists:
                lists[id(title)] = governs(reading, title, right) if title in openers else {}
            reach = lists[id(title)].get(id(official), "")
            start, end = min(official.start, title.start), max(official.end, title.end)
            for kind in kinds:
                out.append(Candidate(kind, start, end, "pair", {"official": official, "title": title, "kind": kind, "zone": (left, right), "governs": reach}))
    return out


def _before_colon(reading: Reading, title: Span) -> bool:
    at = reading.tokens.before(title.end) + 1
    return at < len(reading.tokens) and reading.tokens.form[at] == ":"


def governs(reading: Reading, title: Span, right: int) -> dict[int, str]:
    """The names of the list that a post before a colon goes to, by ``id``: ``several`` if "các đồng
    chí" opens the list, else ``one``. The list goes on (up to ``right``) over names, posts, places,
    honorifics, brackets and commas, and over semicolons only where each item is a name with its posts
    (guidelines, Precedents)."""
    tokens, laid = reading.tokens, marks(reading)
    at = tokens.before(title.end) + 2
    spans = {tokens.at(span.start): span for label in ("DATE", "PLACE", "TITLE", "OFFICIAL") for span in reading.spans(label, title.end, right)}
    first = tokens.at(title.start)
    opening = next((s for s in range(max(0, first - 4), first) if laid.honorific.get(s, (0, ""))[0] == first), None)
    kind = "several" if opening is not None and tokens.folded[opening] in ("các", "hai", "ba", "2", "3") else "one"
    found: dict[int, str] = {}
    names = 0
    while at < len(tokens) and tokens.start[at] < right:
        if at in spans:
            if spans[at].label == "OFFICIAL":
                names += 1
                found[id(spans[at])] = kind
            at = max(tokens.before(spans[at].end) + 1, at + 1)
        elif at in laid.honorific:
            at = laid.honorific[at][0]
        elif tokens.form[at] == ";":
            if names != 1:
                break
            names = 0
            at += 1
        elif tokens.form[at] in ",()-–" or tokens.folded[at] in ("và", "kiêm"):
            at += 1
        else:
            break
    return found


def zone(reading: Reading, official: Span) -> tuple[int, int]:
    """Where a name's titles may stand: its sentence; for a name on a short line of its own (a
    signature, a programme) also the short lines above it."""
    left, right = reading.sentence_of(official.start)
    block = reading.block_of(official.start)
    if block.end - block.start <= 60:
        index = bisect_left(reading.blocks, block.start, key=lambda other: other.start)
        for above in reversed(reading.blocks[max(0, index - 4) : index]):
            if above.end - above.start > 90:
                break
            left = above.start
    return left, right
