"""What the classifier sees of a title, a name and a pair. Features are short strings; each says one
thing about the candidate, its neighbours or, for names, the other mentions of the same name."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from itertools import pairwise

from bantin.lexicon import rows, split
from bantin.officials.candidates import Marks, marks
from bantin.reading import Candidate, Reading, Span


def _kind(reading: Reading, laid: Marks, at: int, places: dict[int, Span], dates: dict[int, Span]) -> str:
    """The class of the token at ``at`` (what may begin there)."""
    tokens = reading.tokens
    if at < 0 or at >= len(tokens):
        return "EDGE"
    if "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]] if at else False:
        return "LINE"
    if at in places:
        return "PLACE"
    if at in dates:
        return "DATE"
    if at in laid.role:
        return "ROLE"
    if at in laid.honorific:
        return "HON:" + laid.honorific[at][1]
    if at in laid.surname and at + 1 < len(tokens) and tokens.shape[at + 1] in ("X", "A"):
        return "NAME"
    shape = tokens.shape[at]
    return shape if shape not in ("x", "X", "A") else {"x": "low", "X": "Cap", "A": "CAPS"}[shape]


def _starts(reading: Reading, label: str) -> dict[int, Span]:
    tokens = reading.tokens
    return {tokens.at(span.start): span for span in reading.spans(label)}


def _word(reading: Reading, at: int) -> str:
    tokens = reading.tokens
    return tokens.folded[at] if 0 <= at < len(tokens) else "¶"


def _size(number: int) -> str:
    return str(number) if number < 6 else "6-8" if number < 9 else "9-12" if number < 13 else "13+"


def titles(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    places, dates = _starts(reading, "PLACE"), _starts(reading, "DATE")
    place_ends = {tokens.before(span.end) + 1 for span in places.values()}
    body_ends = {end: row for end, row in laid.body.values()}
    for c in candidates:
        first, last, role, role_end = c.data["first"], c.data["last"], c.data["role"], c.data["role_end"]
        inside = tokens.folded[role_end:last]
        body = next((laid.body[at][1] for at in range(role_end, last) if at in laid.body), None)
        before, after = _kind(reading, laid, first - 1, {}, {}), _kind(reading, laid, last, places, dates)
        following = _word(reading, last)
        role_form = role["form"].lower()
        shape = tokens.shape[first]
        cuts_place = any(start < last < tokens.before(span.end) + 1 for start, span in places.items() if role_end <= start < last)
        tail = tokens.folded[last - 1]
        end_kind = "role" if last == role_end else "place" if last in place_ends else "body" if last in body_ends else "open"
        f = c.features
        f += [
            "role=" + role_form,
            "kind=" + role["kind"],
            "branch=" + role["branch"],
            "prev=" + _word(reading, first - 1),
            "prevk=" + before,
            "next=" + following,
            "nextk=" + after,
            "next2=" + following + " " + _word(reading, last + 1),
            "tail=" + tail,
            "tails=" + tokens.shape[last - 1],
            "end=" + end_kind,
            f"end={end_kind}|next={after}",
            f"tail={tail}|next={after}",
            "size=" + _size(last - role_end),
            "left=" + _size(c.data["ends"] - 1 - c.data["rank"]),
            "shape=" + shape,
            "block=" + reading.block_of(c.start).kind,
            f"role={role['kind']}|end={end_kind}|next={after}",
            f"role={role_form}|end={end_kind}",
        ]
        if c.data["rank"] == c.data["ends"] - 1:
            f.append("longest")
            f.append("longest|next=" + after)
        else:
            f.append("more=" + _kind(reading, laid, last, places, dates))
            f.append(f"more|end={end_kind}|next={following}")
        if body:
            f += ["body=" + body["branch"], "bodyform=" + body["form"].lower(), f"bodyform={body['form'].lower()}|end={end_kind}"]
            if body["branch"] == "company":
                f.append("company")
        else:
            f.append("body=no")
            f.append(f"nobody|prev={before}|next={after}")
            f.append(f"nobody|role={role_form}|next={after}")
        if _holds_name(reading, laid, role_end, last, places):
            f.append("hasname")
            f.append("hasname|next=" + after)
        strange = sum(tokens.shape[at] == "x" and tokens.folded[at] not in _body_words() for at in range(role_end, last))
        f.append(f"strange={min(strange, 3)}|end={end_kind}")
        if strange and tokens.shape[last - 1] == "x" and tail not in _body_words():
            f.append("strangetail|next=" + after)
        if tokens.shape[last] == "x" if last < len(tokens) else False:
            f.append(f"nextknown={following in _body_words()}|end={end_kind}")
        if cuts_place:
            f.append("cuts")
        if "," in inside:
            f.append("comma")
            f.append("comma|next=" + after)
        if "và" in inside:
            f.append("and")
        if any(mark in inside for mark in ("-", "–", "—")):
            f.append("dash")
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
        for size in (2, 3):
            if first >= size:
                f.append(f"p{size}=" + " ".join(tokens.folded[first - size : first]))
        name_after = after == "NAME" or (after.startswith("HON"))
        f.append(f"named={'after' if name_after else 'before' if _follows_name(reading, laid, first) else 'no'}|shape={shape}|end={end_kind}")


@lru_cache(maxsize=1)
def _body_words() -> frozenset[str]:
    """Folded words that names of bodies and units are made of; a small letter word of another kind
    ("chỉ đạo", "bận") usually opens the clause's verb."""
    words = {token for row in rows("officials", "bodies") for token in split(row["form"])}
    return frozenset(words | {token for row in rows("officials", "levels") for token in split(row["form"])})


def _holds_name(reading: Reading, laid: Marks, start: int, end: int, places: dict[int, Span]) -> bool:
    """Is there a personal name inside (two capitals or more, the first a surname, outside places)?"""
    tokens = reading.tokens
    at = start
    while at < end:
        if at in places:
            at = max(tokens.before(places[at].end) + 1, at + 1)
            continue
        if at in laid.body:
            at = laid.body[at][0]
            continue
        if at in laid.surname and at + 1 < end and tokens.shape[at + 1] in ("X", "A") and at > start and (tokens.shape[at - 1] == "x" or tokens.shape[at - 1] == "0"):
            return True
        at += 1
    return False


def _follows_name(reading: Reading, laid: Marks, first: int) -> bool:
    """Does a run of capitals with a surname stand right before (with a comma, dash or bracket)?"""
    tokens = reading.tokens
    at = first - 1
    if at >= 0 and tokens.form[at] in ",-–(":
        at -= 1
        size = 0
        while at >= 0 and tokens.shape[at] in ("X", "A") and size < 5:
            if at in laid.surname and size:
                return True
            at -= 1
            size += 1
    return False


# --- names ----------------------------------------------------------------------------------------


# Evidence that by itself makes a person an official (guidelines, OFFICIAL).
_OFFICIAL = {"title", "rank", "comrade", "is-title", "is-rank"}


def names(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    titles_by_end = {tokens.before(span.end) + 1: span for span in reading.spans("TITLE")}
    titles_by_start = _starts(reading, "TITLE")
    places = _starts(reading, "PLACE")
    dates = _starts(reading, "DATE")
    place_spans = reading.spans("PLACE")
    evidence: dict[str, set[str]] = defaultdict(set)
    shorts: dict[str, set[str]] = defaultdict(set)
    local: list[list[str]] = []
    for c in candidates:
        found = _evidence(reading, laid, c, titles_by_end, titles_by_start)
        local.append(found)
        key = " ".join(tokens.folded[c.data["first"] : c.data["last"]])
        evidence[key].update(found)
        if c.data["last"] - c.data["first"] >= 2:
            shorts[tokens.folded[c.data["last"] - 1]].add(key)
            shorts[" ".join(tokens.folded[c.data["last"] - 2 : c.data["last"]])].add(key)
    for c, found in zip(candidates, local, strict=True):
        first, last = c.data["first"], c.data["last"]
        run_start, run_end = c.data["run"]
        key = " ".join(tokens.folded[first:last])
        size = last - first
        before, after = _kind(reading, laid, first - 1, {}, {}), _kind(reading, laid, last, places | titles_by_start, dates)
        if first in titles_by_end:
            before = "TITLE"
        elif first in laid.honorific_end:
            before = "HON:" + laid.honorific_end[first]
        elif first in laid.role_end:
            before = "ROLE"
        if last in titles_by_start:
            after = "TITLE"
        surname = laid.surname.get(first)
        use = surname[1] if surname else "no"
        f = c.features
        f += ["rule=" + c.rule, f"size={size}", f"rule={c.rule}|size={size}", "surname=" + use, "prevk=" + before, "nextk=" + after, "prev=" + _word(reading, first - 1), "next=" + _word(reading, last)]
        f.append(f"prev2={_word(reading, first - 2)} {_word(reading, first - 1)}")
        f.append(f"prevk={before}|size={size}|surname={use}")
        f.append(f"prevk={before}|nextk={after}")
        f.append("block=" + reading.block_of(c.start).kind)
        f.append("edge=" + ("run" if last == run_end else tokens.shape[last - 1] + ">" + _word(reading, last)))
        f.append(f"whole={first == run_start}{last == run_end}|surname={use}")
        if last < run_end:
            f.append("cutright|nextk=" + after)
            if last in laid.surname:
                f.append("cut=surname")
            if last in laid.role or last in titles_by_start:
                f.append("cut=role")
            gap = _kind(reading, laid, run_end, places | titles_by_start, dates)
            f.append(f"rest={run_end - last}|{gap}")
        else:
            f.append(f"full|size={size}|surname={use}")
        if first > run_start:
            f.append("cutleft")
            f.append("cutleft=" + _word(reading, first - 1))
        if size >= 2:
            f.append("second=" + ("thị/văn" if tokens.folded[first + 1] in ("thị", "văn") else "surname" if first + 1 in laid.surname else "other"))
        f.append("shapes=" + "".join(tokens.shape[first:last]))
        if reading.cuts_word(c.start, c.end):
            f.append("cutword")
        for span in place_spans:
            if span.start < c.end and c.start < span.end:
                relation = "same" if (span.start, span.end) == (c.start, c.end) else "in" if span.start <= c.start and c.end <= span.end else "has" if c.start <= span.start else "cross"
                f.append(f"place={relation}")
                f.append(f"place={relation}|{'sure' if span.confidence > 0.9 else 'unsure'}")
                f.append(f"place={relation}|prevk={before}")
        f += [("ev=" + item) for item in found]
        if _OFFICIAL & set(found):
            f.append("ev=official")
        # Other mentions of the name: the whole document decides who holds a post.
        everywhere = evidence[key]
        f += ["all=" + item for item in sorted(everywhere)]
        if "title" in everywhere:
            f.append(f"all=title|size={size}")
        if size <= 2:
            fuller = set().union(*(evidence[full] for full in shorts[key] if full != key)) if key in shorts else set()
            f += [f"full{size}={item}" for item in sorted(fuller)]
            f.append(f"full{size}={'yes' if fuller else 'no'}|rule={c.rule}")
            f.append(f"short|official={bool(fuller & _OFFICIAL)}|prevk={before}")
        else:
            f.append(f"official={bool(everywhere & _OFFICIAL)}|prevk={before}")


def mentions(reading: Reading, candidates: list[Candidate]) -> None:
    """The second look: this mention's first judgement beside those of the person's other mentions."""
    tokens = reading.tokens
    best: dict[str, list[float]] = defaultdict(list)
    for c in candidates:
        best[" ".join(tokens.folded[c.data["first"] : c.data["last"]])].append(c.data["first look"])
    by_tail: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, looks in best.items():
        parts = key.split(" ")
        if len(parts) > 1:
            by_tail[parts[-1]].append((key, max(looks)))
    for c in candidates:
        first, last = c.data["first"], c.data["last"]
        key = " ".join(tokens.folded[first:last])
        size = last - first
        own = _bin(c.data["first look"])
        looks = best[key]
        others = max((p for p in looks if p is not c.data["first look"]), default=0.0) if len(looks) > 1 else -1.0
        fuller = max((p for full, p in by_tail[key.split(" ")[-1]] if full != key and (" " + full).endswith(" " + key)), default=-1.0)
        mean = sum(looks) / len(looks)
        f = c.features
        f += [f"own={own}", f"own={own}|size={min(size, 4)}", f"max={_bin(max(looks))}", f"others={_bin(others)}", f"own={own}|others={_bin(others)}", f"mean={_bin(mean)}|n={min(len(looks), 4)}"]
        f += [f"fuller={_bin(fuller)}|size={min(size, 3)}", f"own={own}|fuller={_bin(fuller)}", f"rule={c.rule}|own={own}"]
        # a shorter or a longer cut of the same run that the first look liked better
        f += [feature for feature in c.data["seen"] if feature.startswith(("all=", "full1=", "full2=", "ev=", "prevk=", "place=same", "edge=", "cut", "official="))]


def _bin(probability: float) -> str:
    if probability < 0:
        return "none"
    for limit in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98):
        if probability < limit:
            return f"<{limit}"
    return "sure"


def _evidence(reading: Reading, laid: Marks, c: Candidate, titles_by_end: dict[int, Span], titles_by_start: dict[int, Span]) -> list[str]:
    """What this mention by itself says of the person."""
    tokens = reading.tokens
    first, last = c.data["first"], c.data["last"]
    found = []
    if first in titles_by_end:
        found.append("title")
    kind = laid.honorific_end.get(first)
    if kind:
        found.append(kind)
        start = next((s for s in range(first - 1, max(-1, first - 5), -1) if s in laid.honorific and laid.honorific[s][0] == first), first)
        if start in titles_by_end:
            found.append("title")
        if laid.honorific_end.get(start) in ("rank", "comrade"):
            found.append(laid.honorific_end[start])
    after = last
    word = _word(reading, after)
    if word == "(":
        close = next((at for at in range(after + 1, min(after + 12, len(tokens))) if tokens.form[at] == ")"), None)
        inner = tokens.folded[after + 1 : close] if close else []
        if after + 1 in titles_by_start:
            found.append("title")
        elif any(item in ("tuổi", "sn", "sinh", "ngụ", "trú", "quê") for item in inner):
            found.append("aged")
        after = close + 1 if close else after
        word = _word(reading, after)
    if word in (",", "-", "–", "—", ":") and after + 1 in titles_by_start:
        found.append("title")
    elif word in (",", "-", "–") and any(at in titles_by_start for at in range(after + 1, min(after + 4, len(tokens)))):
        found.append("near-title")
    said = next((at for at in range(after, min(after + 9, len(tokens))) if tokens.folded[at] in ("là", "làm") or tokens.form[at] in ".;"), None)
    if said is not None and tokens.form[said] not in ".;":
        # "Bà Thường là trung tá, nguyên Trưởng ban …", "lúc ấy là Phó Bí thư …"
        if any(at in titles_by_start for at in range(said + 1, min(said + 4, len(tokens)))):
            found.append("is-title")
        if any(at in laid.honorific and laid.honorific[at][1] == "rank" for at in range(said + 1, min(said + 3, len(tokens)))):
            found.append("is-rank")
    if word == "," and _word(reading, after + 1) in ("sinh", "sn", "ngụ", "trú", "quê", "ở", "thường") or (word in (",", "(") and any(w == "tuổi" for w in tokens.folded[after + 1 : after + 4])):
        found.append("aged")
    return found


# --- holds ----------------------------------------------------------------------------------------


def holds(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    inner: dict[tuple[int, int], list[tuple[int, int, str]]] = {}
    for c in candidates:
        official, title, zone = c.data["official"], c.data["title"], c.data["zone"]
        if zone not in inner:
            inner[zone] = _items(reading, laid, *zone)
        before = title.start < official.start
        left, right = (title, official) if before else (official, title)
        between = [(s, e, kind) for s, e, kind in inner[zone] if left.end <= s and e <= right.start]
        kinds = [kind for _, _, kind in between]
        pattern = "".join(kinds)
        order = "TO" if before else "OT"
        f = c.features
        f += [order, "kind=" + c.label]
        f.append(f"{order}={pattern}" if len(kinds) <= 7 else f"{order}=long")
        squeezed = "".join(kind for kind, following in pairwise([*kinds, ""]) if kind != "w" or following != "w")
        f.append(f"{order}~{squeezed}" if len(squeezed) <= 9 else f"{order}~long")
        titles_between, officials_between = kinds.count("T"), kinds.count("O")
        f.append(f"{order}|T{min(titles_between, 3)}|O{min(officials_between, 3)}")
        f.append(f"{order}|T{min(titles_between, 3)}|O{min(officials_between, 3)}|{''.join(sorted(set(kinds) - set('TOPHRD')))}")
        if kinds:
            f.append(f"{order}>{kinds[0]}")
            f.append(f"{order}<{kinds[-1]}")
        for mark in (":", ";", "(", ")", "n"):
            f.append(f"{order}{mark}{min(kinds.count(mark), 2)}|O{min(officials_between, 2)}")
        # A title that touches another name belongs to it.
        rivals = _rivals(inner[zone], title, official)
        f += [f"{order}|rival={rival}" for rival in rivals]
        f.append(f"{order}|rivals={','.join(rivals)}|O{min(officials_between, 2)}")
        at = tokens.at(title.start)
        f.append("tp=" + _word(reading, at - 1))
        f.append(f"tn={_word(reading, tokens.before(title.end) + 1)}")
        f.append("op=" + _word(reading, tokens.at(official.start) - 1))
        words = [tokens.folded[i] for i in range(tokens.before(left.end) + 1, tokens.at(right.start))]
        if len(words) <= 12:
            f += [f"{order}w={word}" for word in set(words)]
        sentence = {kind for start, _, kind in laid.cue if zone[0] <= tokens.start[start] < zone[1]}
        f += [f"{c.label}|cue={kind}" for kind in sorted(sentence)]
        near = [(start, kind) for start, _, kind in laid.cue if zone[0] <= tokens.start[start] < title.start]
        if near:
            f.append(f"{c.label}|last={near[-1][1]}|{'near' if at - near[-1][0] <= 6 else 'far'}")
        f.append("conf=" + ("low" if min(official.confidence, title.confidence) < 0.6 else "high"))
        f.append("block=" + reading.block_of(official.start).kind)
    for c in candidates:
        if c.label != "holds":
            c.features[:] = [f"{c.label}:{feature}" for feature in c.features]


def _items(reading: Reading, laid: Marks, start: int, end: int) -> list[tuple[int, int, str]]:
    """The zone as a line of items: T O P D spans, H honorifics, R ranks, marks as they are, w words."""
    tokens = reading.tokens
    spans = {span.start: (span.end, letter) for label, letter in (("DATE", "D"), ("PLACE", "P"), ("TITLE", "T"), ("OFFICIAL", "O")) for span in reading.spans(label, start, end)}
    out = []
    at = tokens.at(start)
    while at < len(tokens) and tokens.start[at] < end:
        offset = tokens.start[at]
        if at and "\n" in reading.text[tokens.end[at - 1] : offset] and offset > start:
            out.append((offset, offset, "n"))
        if offset in spans:
            stop, letter = spans[offset]
            out.append((offset, stop, letter))
            at = max(tokens.before(stop) + 1, at + 1)
            continue
        if at in laid.honorific:
            stop_at, kind = laid.honorific[at]
            out.append((offset, tokens.end[stop_at - 1], {"rank": "R", "comrade": "C"}.get(kind, "H")))
            at = stop_at
            continue
        form = tokens.folded[at]
        kind = tokens.shape[at]
        out.append((offset, tokens.end[at], "&" if form in ("và", "kiêm", "cùng") else "w" if kind in ("x", "X", "A", "0") else "-" if kind in "-–—" else kind))
        at += 1
    return out


def _rivals(items: list[tuple[int, int, str]], title: Span, official: Span) -> list[str]:
    """How the title stands to other names: touching one before it or after it, with or without a comma."""
    index = next((i for i, item in enumerate(items) if item[0] == title.start), None)
    if index is None:
        return []
    found = []
    right = [kind for _, _, kind in items[index + 1 : index + 4]]
    left = [kind for _, _, kind in reversed(items[max(0, index - 3) : index])]
    if right and right[0] == "O" and items[index + 1][0] != official.start:
        found.append("right")
    elif len(right) > 1 and right[0] in "HRC" and right[1] == "O" and items[index + 2][0] != official.start:
        found.append("righthon")
    if len(left) > 1 and left[0] in ",-(" and left[1] == "O" and items[index - 2][0] != official.start:
        found.append("left" + left[0])
    return found
