"""What the classifier sees of a title, a name and a pair. Features are short strings; each says one
thing about the candidate, its neighbours or, for names, the other mentions of the same name."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import lru_cache

from bantin.lexicon import rows, split
from bantin.officials.holding import holds
from bantin.officials.marks import Marks, closed, marks, touching, word
from bantin.reading import Candidate, Reading, Span

__all__ = ["holds", "mentions", "names", "titles"]


def _kind(reading: Reading, laid: Marks, at: int, places: dict[int, Span], dates: dict[int, Span]) -> str:
    """The class of the token at ``at`` (what may begin there)."""
    tokens = reading.tokens
    if at < 0 or at >= len(tokens):
        return "EDGE"
    if "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]] if at else False:
        return "LINE"
    if at in laid.name_start and laid.name_start[at][1] > 2 and (at not in places or tokens.at(places[at].end) < laid.name_start[at][0]):
        return "NAME"  # three capitals after a surname are a person before they are a place
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


def _size(number: int) -> str:
    return str(number) if number < 6 else "6-8" if number < 9 else "9-12" if number < 13 else "13+"


def titles(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    places, dates = _starts(reading, "PLACE"), _starts(reading, "DATE")
    place_ends = {tokens.before(span.end) + 1 for span in places.values()}
    body_ends = dict(laid.body.values())
    for c in candidates:
        first, last, role, role_end = c.data["first"], c.data["last"], c.data["role"], c.data["role_end"]
        inside = tokens.folded[role_end:last]
        body = next((laid.body[at][1] for at in range(role_end, last) if at in laid.body), None)
        before, after = _kind(reading, laid, first - 1, {}, {}), _kind(reading, laid, last, places, dates)
        following = closed(reading, last)
        role_form = role["form"].lower()
        strange = sum(tokens.shape[at] == "x" and tokens.folded[at] not in _body_words() for at in range(role_end, last))
        shape = tokens.shape[first]
        cuts_place = any(last < tokens.before(places[at].end) + 1 for at in range(role_end, last) if at in places)
        tail = closed(reading, last - 1) if last not in body_ends else tokens.folded[last - 1]
        shape_kind = {"x": "open", "A": "caps"}.get(tokens.shape[last - 1], "name")
        known_kind = "place" if last in place_ends else "body" if last in body_ends else "unit" if tokens.folded[last - 1] in _units() else shape_kind
        end_kind = "role" if last == role_end else known_kind
        opens = _opens(reading, laid, last)
        verbs = sum(_opens(reading, laid, at) == "verb" for at in range(role_end, last) if at in laid.predicate and at not in places)
        person = laid.name_start.get(last)
        inner = _inner_name(reading, laid, role_end, last, places)
        several = _several(reading, laid, first)
        f = c.features
        f += [
            "role=" + role_form,
            "kind=" + role["kind"],
            "branch=" + role["branch"],
            "prev=" + closed(reading, first - 1),
            "prevk=" + before,
            "next=" + following,
            "nextk=" + after,
            "next2=" + following + " " + closed(reading, last + 1),
            "tail=" + tail,
            "tails=" + tokens.shape[last - 1],
            "end=" + end_kind,
            f"end={end_kind}|next={after}",
            f"tail={tail}|next={after}",
            "size=" + _size(last - role_end),
            "left=" + _size(c.data["ends"] - 1 - c.data["rank"]),
            "block=" + reading.block_of(c.start).kind,
            f"role={role['kind']}|end={end_kind}|next={after}",
            f"role={role_form}|end={end_kind}",
        ]
        f += [f"opens={opens}|end={end_kind}", f"opens={opens}|strange={strange > 0}", f"verbs={min(verbs, 2)}", f"verbs={min(verbs, 2)}|opens={opens}"]
        if several:
            beyond = _kind(reading, laid, last + 1, places, dates)
            f += [f"several={several}|next={after}", f"several={several}", f"several|next={after}|beyond={beyond}"]
        if following in ("của", "tại", "ở"):
            f.append(f"role.body={role['body']}|next={following}|end={end_kind}")
        if opens == "verb":
            f.append(f"end={end_kind}|opens|body={body is not None}|role={role['kind']}")
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
            if end_kind == "role":
                f.append(f"nobody|prev={before}|next={after}")
                f.append(f"nobody|role={role_form}|next={after}")
            else:
                f.append(f"nobody|end={end_kind}|strange={min(strange, 2)}")
        if inner:
            f += ["hasname", "hasname=" + inner, f"hasname={inner}|next={after}"]
        if person:
            f += [f"person={min(person[1], 4)}", f"person={min(person[1], 4)}|end={end_kind}", f"person|{person[2]}|{person[3]}"]
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
        if first >= 2:
            f.append("p2=" + closed(reading, first - 2) + " " + closed(reading, first - 1))
        name_after = after == "NAME" or (after.startswith("HON"))
        f.append(f"named={'after' if name_after else 'before' if _follows_name(reading, laid, first) else 'no'}|shape={shape}|end={end_kind}")


@lru_cache(maxsize=1)
def _body_words() -> frozenset[str]:
    """Folded words that names of bodies and units are made of; a small letter word of another kind
    ("chỉ đạo", "bận") usually opens the clause's verb."""
    words = {token for row in rows("officials", "bodies") for token in split(row["form"])}
    return frozenset(words | {token for row in rows("officials", "levels") for token in split(row["form"])})


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    """Folded nouns of units and levels that may end a title ("Chủ tịch UBND xã")."""
    return frozenset(split(row["form"])[-1] for row in rows("officials", "levels"))


# Words that make what follows several or indefinite.
_SEVERAL = ("các", "những", "nhiều", "mỗi", "mọi", "một", "số", "từng", "vài", "đội ngũ", "hai", "ba", "làm", "trong")


def _several(reading: Reading, laid: Marks, first: int) -> str:
    """The word of number before a title, over "đồng chí", "vị", "nguyên" ("các đồng chí Bí thư …")."""
    tokens = reading.tokens
    at = first - 1
    for _ in range(2):
        start = next((s for s in range(at, max(-1, at - 4), -1) if s in laid.honorific and laid.honorific[s][0] == at + 1), None)
        if start is None:
            break
        if tokens.folded[start] in _SEVERAL:
            return tokens.folded[start] + "+"
        at = start - 1
    if at >= 0 and (tokens.folded[at] in _SEVERAL or tokens.shape[at] == "0"):
        return tokens.folded[at] + ("+" if at < first - 1 else "") if tokens.shape[at] != "0" else "0"
    return ""


def _opens(reading: Reading, laid: Marks, at: int) -> str:
    """What a predicate's word at token ``at`` says: verb, both, or nothing. A word that is also part
    of bodies' names is a verb after a unit, a place or an acronym ("Bí thư huyện chỉ đạo …")."""
    use = laid.predicate.get(at, (0, ""))[1]
    tokens = reading.tokens
    if use == "both" and at and (tokens.folded[at - 1] in _units() or tokens.shape[at - 1] in ("X", "A")) and tokens.shape[at] == "x":
        return "verb"
    return use


def _inner_name(reading: Reading, laid: Marks, start: int, end: int, places: dict[int, Span]) -> str:
    """Does a personal name end where the title would end? ``sure`` after a small letter, number,
    acronym or place, ``maybe`` inside a longer run of capitals; "" if there is none."""
    tokens = reading.tokens
    ends = {tokens.before(places[at].end) + 1 for at in range(start, end) if at in places}
    for at in range(start + 1, end):
        if at in laid.name_start and laid.name_start[at][0] == end:
            if at in places and laid.name_start[at][1] == 2:
                continue
            clear = tokens.shape[at - 1] in ("x", "0", "A") or at in ends
            return ("sure" if clear else "maybe") + str(min(laid.name_start[at][1], 3))
    return ""


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
_OFFICIAL = {"title", "rank", "comrade", "is-title", "is-rank", "cue-title", "marked-title", "listed", "comrades"}


def names(reading: Reading, candidates: list[Candidate]) -> None:
    tokens = reading.tokens
    laid = marks(reading)
    titles_by_end = {tokens.before(span.end) + 1: span for span in reading.spans("TITLE")}
    titles_by_start = _starts(reading, "TITLE")
    places = _starts(reading, "PLACE")
    dates = _starts(reading, "DATE")
    begun = places | titles_by_start
    place_spans = reading.spans("PLACE")
    place_ends = [span.end for span in place_spans]
    evidence: dict[str, set[str]] = defaultdict(set)
    shorts: dict[str, set[str]] = defaultdict(set)
    local: list[list[str]] = []
    titles = {end: tokens.at(span.start) for end, span in titles_by_end.items()}
    listed = _listed(reading, laid, titles_by_end)
    for c in candidates:
        found = _evidence(reading, laid, c, titles_by_end, titles_by_start, titles)
        if c.data["first"] in listed:
            found.append(listed[c.data["first"]])
        local.append(found)
        key = " ".join(tokens.folded[c.data["first"] : c.data["last"]])
        evidence[key].update(found)
        if c.data["last"] - c.data["first"] >= 2:
            shorts[tokens.folded[c.data["last"] - 1]].add(key)
            shorts[" ".join(tokens.folded[c.data["last"] - 2 : c.data["last"]])].add(key)
    # What a short mention shows holds for the one full name that ends with it ("Bà Thường là trung tá").
    tails: dict[str, set[str]] = defaultdict(set)
    for short, fulls in shorts.items():
        whole = {full for full in fulls if full.count(" ") > 1}
        if short in evidence and " " not in short and len(whole) == 1:
            tails[whole.pop()].update(evidence[short])
    for c, found in zip(candidates, local, strict=True):
        first, last = c.data["first"], c.data["last"]
        run_start, run_end = c.data["run"]
        key = " ".join(tokens.folded[first:last])
        size = last - first
        before, after = _kind(reading, laid, first - 1, {}, {}), _kind(reading, laid, last, begun, dates)
        if first in titles_by_end:
            before = "TITLE"
        elif first in laid.honorific_end:
            before = "HON:" + laid.honorific_end[first]
        elif first in laid.role_end:
            before = "ROLE"
        if last in titles_by_start:
            after = "TITLE"
        left_free = first == run_start or first in titles_by_end or first in laid.honorific_end or first in laid.role_end
        surname = laid.surname.get(first)
        use = surname[1] if surname else "no"
        # Other mentions of the name: the whole document decides who holds a post.
        everywhere = evidence[key]
        fuller = set().union(*(evidence[full] for full in shorts[key] if full != key)) if size <= 2 and key in shorts else set()
        official = bool((everywhere | fuller | tails.get(key, set())) & _OFFICIAL)
        f = c.features
        f += ["rule=" + c.rule, f"size={size}", f"rule={c.rule}|size={size}", "surname=" + use, "prevk=" + before, "nextk=" + after, "next=" + closed(reading, last)]
        if before not in ("TITLE", "ROLE"):  # a title's last words say nothing more than the title does
            f.append(f"prev={closed(reading, first - 1)}|official={official}")
        if first in laid.honorific and laid.honorific[first][0] < last and laid.honorific[first][1] in ("civil", "comrade", "suspect"):
            f.append("startshon|" + ("edge" if first == run_start else "in"))
            f.append(f"startshon|next={laid.honorific[first][0] in laid.surname}")
        f.append(f"prevk={before}|size={size}|surname={use}")
        f.append(f"prevk={before}|nextk={after}")
        f.append("block=" + reading.block_of(c.start).kind)
        f.append("edge=" + ("run" if last == run_end else tokens.shape[last - 1] + ">" + word(reading, last)))
        f.append(f"whole={first == run_start}{last == run_end}|surname={use}")
        if last < run_end:
            f.append("cutright|nextk=" + after)
            if last in laid.surname:
                f.append("cut=surname")
            if last in laid.role or last in titles_by_start:
                f.append("cut=role")
            gap = _kind(reading, laid, run_end, begun, dates)
            f.append(f"rest={run_end - last}|{gap}")
        else:
            f.append(f"full|size={size}|surname={use}")
        if first > run_start and not left_free:
            f.append("cutleft")
            f.append("cutleft=" + word(reading, first - 1))
        if size >= 2:
            f.append("second=" + ("thị/văn" if tokens.folded[first + 1] in ("thị", "văn") else "surname" if first + 1 in laid.surname else "other"))
        f.append("shapes=" + "".join(tokens.shape[first:last]))
        if (not left_free and reading.cuts_word(c.start, c.start)) or (last != run_end and reading.cuts_word(c.end, c.end)):
            f.append("cutword")
        if size == 1 and reading.cuts_word(c.end, c.end):
            f.append("cutword1")  # "Thiếu tướng | Quân đội"
        for span in place_spans[bisect_right(place_ends, c.start) :]:
            if span.start >= c.end:
                break
            if c.start < span.end:
                relation = "same" if (span.start, span.end) == (c.start, c.end) else "in" if span.start <= c.start and c.end <= span.end else "has" if c.start <= span.start else "cross"
                f.append(f"place={relation}")
                f.append(f"place={relation}|{'sure' if span.confidence > 0.9 else 'unsure'}")
                f.append(f"place={relation}|prevk={before}")
        f += [("ev=" + item) for item in found]
        if _OFFICIAL & set(found):
            f.append("ev=official")
        f += [f"official={official}", f"official={official}|prevk={before}", f"official={official}|size={min(size, 3)}|{'run' if last == run_end else 'cut'}", f"official={official}|nextk={after}"]
        f += ["all=" + item for item in sorted(everywhere)]
        f += [f"official={official}|all={item}" for item in sorted(everywhere & {"suspect", "victim"})]
        if "title" in everywhere:
            f.append(f"all=title|size={size}")
        if size <= 2:
            f += [f"full{size}={item}" for item in sorted(fuller)]
            f.append(f"full{size}={'yes' if fuller else 'no'}|rule={c.rule}")
            f.append(f"short|official={bool(fuller & _OFFICIAL)}|prevk={before}")
        else:
            f += [f"tail={item}" for item in sorted(tails.get(key, ()))]


def mentions(reading: Reading, candidates: list[Candidate]) -> None:
    """The second look: this mention's first judgement beside those of the person's other mentions."""
    tokens = reading.tokens
    best: dict[str, list[float]] = defaultdict(list)
    for c in candidates:
        best[" ".join(tokens.folded[c.data["first"] : c.data["last"]])].append(c.data["first look"])
    fullest: dict[str, float] = {}  # the end of a name -> the best look at a name that it ends
    for key, looks in best.items():
        looks.sort(reverse=True)
        parts = key.split(" ")
        for first in range(1, len(parts)):
            tail = " ".join(parts[first:])
            fullest[tail] = max(fullest.get(tail, -1.0), looks[0])
    for c in candidates:
        first, last = c.data["first"], c.data["last"]
        key = " ".join(tokens.folded[first:last])
        size = last - first
        own = _bin(c.data["first look"])
        looks = best[key]
        others = -1.0 if len(looks) == 1 else looks[1] if c.data["first look"] == looks[0] else looks[0]
        fuller = fullest.get(key, -1.0)
        f = c.features
        f += [f"own={own}", f"own={own}|size={min(size, 4)}", f"max={_bin(looks[0])}", f"others={_bin(others)}", f"own={own}|others={_bin(others)}"]
        f += [f"fuller={_bin(fuller)}|size={min(size, 3)}", f"own={own}|fuller={_bin(fuller)}", f"rule={c.rule}|own={own}"]
        # a shorter or a longer cut of the same run that the first look liked better
        f += [feature for feature in c.data["seen"] if feature.startswith(("all=", "full1=", "full2=", "ev=", "prevk=", "place=same", "edge=", "cut", "official="))]


def _bin(probability: float) -> str:
    if probability < 0:
        return "none"
    for limit in (0.05, 0.25, 0.5, 0.75, 0.95):
        if probability < limit:
            return f"<{limit}"
    return "sure"


def _listed(reading: Reading, laid: Marks, titles_by_end: dict[int, Span]) -> dict[int, str]:
    """Tokens at which a name of a list may begin: after "POST:" (listed), after "các đồng chí"
    (comrades). A list goes on over names, posts, honorifics, brackets, commas and "và"."""
    tokens = reading.tokens
    found: dict[int, str] = {}
    starts = {tokens.at(span.start): end for end, span in titles_by_end.items()}
    opened = [(end + 1, "listed") for end in titles_by_end if word(reading, end) == ":"]
    for start, (end, kind) in laid.honorific.items():
        if kind == "comrade" and tokens.folded[start] in ("các", "hai", "ba", "2", "3"):
            at = starts.get(end, end)
            opened.append((at + 1 if word(reading, at) == ":" else at, "comrades"))
    for first, kind in opened:
        at = first
        stop = min(len(tokens), first + 150)
        while at < stop:
            if at in starts:
                at = max(starts[at], at + 1)
            elif at in laid.honorific:
                at = laid.honorific[at][0]
            elif tokens.shape[at] in ("X", "A"):
                if at == first or tokens.shape[at - 1] not in ("X", "A"):
                    found.setdefault(at, kind)
                at += 1
            elif tokens.form[at] in ",;()-–:" or tokens.folded[at] == "và":
                at += 1
            else:
                break
            if at < stop and "\n" in reading.text[tokens.end[at - 1] : tokens.start[at]] and kind == "comrades":
                break
    return found


def _evidence(reading: Reading, laid: Marks, c: Candidate, titles_by_end: dict[int, Span], titles_by_start: dict[int, Span], titles: dict[int, int]) -> list[str]:
    """What this mention by itself says of the person."""
    tokens = reading.tokens
    first, last = c.data["first"], c.data["last"]
    found = []
    if first in titles_by_end:
        found.append("title")
    elif _marked_title(reading, laid, first, titles_by_end):
        found.append("marked-title")
    kind = laid.honorific_end.get(first)
    if kind:
        found.append(kind)
        start = next((s for s in range(first - 1, max(-1, first - 5), -1) if s in laid.honorific and laid.honorific[s][0] == first), first)
        if start in titles_by_end:
            found.append("title")
        if laid.honorific_end.get(start) in ("rank", "comrade"):
            found.append(laid.honorific_end[start])
    after = last
    form = word(reading, after)
    if form == "(":
        close = next((at for at in range(after + 1, min(after + 12, len(tokens))) if tokens.form[at] == ")"), None)
        inner = tokens.folded[after + 1 : close] if close else []
        if after + 1 in titles_by_start:
            found.append("title")
        elif any(item in ("tuổi", "sn", "sinh", "ngụ", "trú", "quê") for item in inner):
            found.append("aged")
        after = close + 1 if close else after
        form = word(reading, after)
    if form in (",", "-", "–", "—", ":") and after + 1 in titles_by_start:
        found.append("title")
    elif form in (",", "-", "–") and any(at in titles_by_start for at in range(after + 1, min(after + 4, len(tokens)))):
        found.append("near-title")
    said = next((at for at in range(after, min(after + 9, len(tokens))) if tokens.folded[at] in ("là", "làm") or tokens.form[at] in ".;"), None)
    if said is not None and tokens.form[said] not in ".;":
        # "Bà Thường là trung tá, nguyên Trưởng ban …", "lúc ấy là Phó Bí thư …"
        if any(at in titles_by_start for at in range(said + 1, min(said + 4, len(tokens)))):
            found.append("is-title")
        if any(at in laid.honorific and laid.honorific[at][1] == "rank" for at in range(said + 1, min(said + 3, len(tokens)))):
            found.append("is-rank")
    for at in range(after, min(after + 20, len(tokens))):
        if tokens.form[at] in ".;:":
            break
        if at in titles_by_start and touching(reading, laid.cue_ends, titles, at, tokens.start[last - 1]):
            found.append("cue-title")  # "ông … được bổ nhiệm giữ chức Giám đốc …"
            break
    if (form == "," and word(reading, after + 1) in ("sinh", "sn", "ngụ", "trú", "quê", "ở", "thường")) or (form in (",", "(") and any(w == "tuổi" for w in tokens.folded[after + 1 : after + 4])):
        found.append("aged")
    return found


def _marked_title(reading: Reading, laid: Marks, first: int, titles_by_end: dict[int, Span]) -> bool:
    """A post before the name with a mark between: "Chủ tịch UBND tỉnh - NAME", "đại biểu Quốc hội
    khóa XV, bà NAME", "BÍ THƯ" on the line above."""
    tokens = reading.tokens
    at = first
    start = next((s for s in range(first - 1, max(-1, first - 4), -1) if s in laid.honorific and laid.honorific[s][0] == first), None)
    if start is not None:
        at = start
    if at and tokens.form[at - 1] in "-–—,:":
        at -= 1
        if at in titles_by_end:
            return True
    elif start is None:
        return False
    if at > 1 and tokens.folded[at - 2] in ("khóa", "khoá"):
        at -= 2
    return at in titles_by_end
