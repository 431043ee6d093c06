"""Who is who in one article: mentions gathered to people, with what else in the text means them.

A person is ``{"name", "honorific", "rank", "mentions", "positions", "changes", "titles", "anaphora"}``:
``mentions`` are OFFICIAL spans; ``positions`` the posts held (``title`` and its value); ``changes``
appointments and dismissals (kind, title, date); ``titles`` are TITLE spans without a name ("đồng chí
Bí thư Tỉnh ủy") and ``anaphora`` extents of a bare "đồng chí", "ông", "bà" before a verb of speech
or action, both only where one person alone fits.

Two people of one name are kept apart where their posts or forms of address contradict each other.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from bantin.officials.marks import Marks, marks
from bantin.reading import Reading, Relation, Span
from bantin.text.fold import fold

_GENDER = {"ông": "m", "anh": "m", "chú": "m", "cậu": "m", "bác": "", "bà": "f", "chị": "f", "cô": "f", "dì": "f"}
_HEADS = ("head", "deputy")
_MEMORY = 30  # mentions back to which a bare "đồng chí" may point
_POSTS = 40  # posts of one person that others are compared with


@dataclass(eq=False)
class Person:
    """A person in the making."""

    key: str
    mentions: list[Span] = field(default_factory=list)
    genders: set[str] = field(default_factory=set)
    posts: list[Span] = field(default_factory=list)
    titles: list[Span] = field(default_factory=list)
    anaphora: list[tuple[int, int]] = field(default_factory=list)

    def last_before(self, offset: int) -> int:
        """Where the last mention before ``offset`` begins (mentions come nearly in order); -1 if none."""
        return next((mention.start for mention in reversed(self.mentions) if mention.start < offset), -1)


def people(reading: Reading) -> list[dict]:
    """The people of the reading in the order of their first mentions."""
    held: dict[int, list[Span]] = {}
    for relation in reading.relations:
        if relation.kind == "holds":
            held.setdefault(id(relation.roles["official"]), []).append(relation.roles["title"])
    found = gather(reading, held)
    of = {id(mention): person for person in found for mention in person.mentions}
    named = {id(title) for relation in reading.relations if relation.kind in ("holds", "appointed", "removed") for title in (relation.roles["title"],)}
    cue_ends = {end for _, end, _ in marks(reading).cue}
    by_role: dict[str, list[Person]] = {}
    for person in found:
        for role in dict.fromkeys(fold(post.value["role"]) for post in person.posts):
            by_role.setdefault(role, []).append(person)
    for title in reading.spans("TITLE"):
        if id(title) not in named and (bearer := _bearer(reading, title, by_role.get(fold(title.value["role"]), []), cue_ends)):
            bearer.titles.append(title)
    _refer(reading, found)
    relations: dict[int, list[Relation]] = {}
    for relation in reading.relations:
        if relation.kind in ("holds", "appointed", "removed"):
            relations.setdefault(id(of[id(relation.roles["official"])]), []).append(relation)
    return [_record(reading, person, relations.get(id(person), [])) for person in found]


def gather(reading: Reading, held: dict[int, list[Span]]) -> list[Person]:
    """Mentions to people. Full names first (an equal name, unless it contradicts), then the short
    ones: the person whose name ends with it; of several the one named last before it."""
    spans = reading.spans("OFFICIAL")
    keys = {id(span): " ".join(reading.folded[span.start : span.end].split()) for span in spans}
    tails = {tail for name in set(keys.values()) for tail in _tails(name)}
    full = {id(span) for span in spans if keys[id(span)] not in tails}
    found: list[Person] = []
    by_key: dict[str, list[Person]] = {}
    by_tail: dict[str, list[Person]] = {}

    def join(span: Span, options: list[Person], new: bool) -> None:
        gender = gender_of(reading, span)
        posts = held.get(id(span), [])
        fits = [p for p in options if not (gender and p.genders and gender not in p.genders) and not contradicts(reading, posts, p.posts)]
        if fits:
            same = [p for p in fits if posts and any(agree(reading, post, other) for post in posts for other in p.posts)]
            before = [p for p in same or fits if p.mentions[0].start < span.start] or same or fits
            person = max(before, key=lambda p: p.last_before(span.start))
        elif new or not options:
            person = Person(keys[id(span)])
            found.append(person)
            by_key.setdefault(person.key, []).append(person)
            for tail in _tails(person.key):
                by_tail.setdefault(tail, []).append(person)
        else:
            person = options[-1]
        person.mentions.append(span)
        if gender:
            person.genders.add(gender)
        person.posts += [post for post in posts if post not in person.posts][: _POSTS - len(person.posts)]

    # Mentions that show a post come first: a bare name then goes to whom it fits.
    for span in sorted((s for s in spans if id(s) in full), key=lambda s: (not held.get(id(s)), s.start)):
        join(span, by_key.get(keys[id(span)], []), new=True)
    for span in (s for s in spans if id(s) not in full):
        join(span, by_tail.get(keys[id(span)], []), new=False)
    for person in found:
        person.mentions.sort(key=lambda mention: mention.start)
    return sorted(found, key=lambda person: person.mentions[0].start)


def _tails(name: str) -> list[str]:
    """The proper ends of a name ("Văn Thăng", "Thăng")."""
    parts = name.split(" ")
    return [" ".join(parts[first:]) for first in range(1, len(parts))]


def before(reading: Reading, offset: int) -> list[tuple[int, int, str]]:
    """The honorifics and ranks right before ``offset``, the nearest first: ``(start, end, kind)``."""
    laid, tokens = marks(reading), reading.tokens
    out = []
    at = tokens.at(offset)
    for _ in range(3):
        start = next((s for s in range(max(0, at - 6), at) if s in laid.honorific and laid.honorific[s][0] == at), None)
        if start is None:
            break
        out.append((tokens.start[start], tokens.end[at - 1], laid.honorific[start][1]))
        at = start
    return out


def gender_of(reading: Reading, span: Span) -> str:
    """m or f by the word before the name, or by a "Thị" in it; "" if nothing tells."""
    for start, end, _ in before(reading, span.start):
        word = reading.folded[start:end].split()[-1]
        if _GENDER.get(word):
            return _GENDER[word]
    return "f" if " thị " in reading.folded[span.start : span.end] else ""


def _place(reading: Reading, title: Span) -> str:
    place = title.value.get("place")
    return "" if place is None else place.value.get("code") or reading.folded[place.start : place.end]


def contradicts(reading: Reading, posts: list[Span], others: list[Span]) -> bool:
    """Can one person not hold both? Posts of now at the head of one branch and level in two units."""
    for one in posts:
        for two in others:
            a, b = one.value, two.value
            if a["former"] or b["former"] or a.get("inferred") == "locality" or b.get("inferred") == "locality":
                continue
            if one.data["role"]["kind"] not in _HEADS or two.data["role"]["kind"] not in _HEADS:
                continue
            places = _place(reading, one), _place(reading, two)
            if a["level"] and a["level"] == b["level"] and a["branch"] == b["branch"] and all(places) and places[0] != places[1]:
                return True
    return False


def agree(reading: Reading, one: Span, two: Span) -> bool:
    """Do two titles name one post: the same role, and body and place equal or left out?"""
    a, b = one.value, two.value
    if fold(a["role"]) != fold(b["role"]):
        return False
    bodies = fold(a["body"] or ""), fold(b["body"] or "")
    if all(bodies) and bodies[0] != bodies[1] and not (bodies[0].startswith(bodies[1]) or bodies[1].startswith(bodies[0])):
        return False
    if a["level"] and b["level"] and a["level"] != b["level"]:
        return False
    places = _place(reading, one), _place(reading, two)
    return not (all(places) and places[0] != places[1])


def _bearer(reading: Reading, title: Span, found: list[Person], cue_ends: set[int]) -> Person | None:
    """The one person whose post a title without a name is; None if several, or several people, are meant."""
    laid, tokens = marks(reading), reading.tokens
    at = tokens.at(title.start)
    opening = before(reading, title.start)
    if opening:
        at = tokens.at(opening[-1][0])
    if (at and tokens.folded[at - 1] in ("các", "những", "nhiều", "mỗi", "một", "từng", "hai", "ba", "làm", "thêm")) or (opening and tokens.folded[at] in ("các", "những", "hai", "ba")):
        return None
    if at in laid.predicate or tokens.at(title.start) in cue_ends:
        return None
    fits = [person for person in found if any(agree(reading, title, post) and post.value["former"] == title.value["former"] for post in person.posts)]
    return fits[0] if len(fits) == 1 else None


def _refer(reading: Reading, found: list[Person]) -> None:
    """A bare "đồng chí", "ông", "bà" that speaks or acts: the one person of the sentence before it
    (or of the sentences before that in the paragraph) whom it fits."""
    laid, tokens = marks(reading), reading.tokens
    starts = {tokens.at(span.start) for label in ("OFFICIAL", "TITLE") for span in reading.spans(label)}
    points: list[tuple[int, Person]] = sorted(
        [(mention.start, person) for person in found for mention in person.mentions] + [(title.start, person) for person in found for title in person.titles],
        key=lambda point: point[0],
    )
    for start, (end, kind) in sorted(laid.honorific.items()):
        if kind not in ("comrade", "civil") or end in starts or end >= len(tokens) or end in laid.honorific or tokens.shape[end] in ("X", "A"):
            continue
        word = " ".join(tokens.folded[start:end])
        if word not in ("đồng chí", "đ/c", "ông", "bà", "anh", "chị") or laid.predicate.get(end, (0, ""))[1] != "verb":
            continue
        offset = tokens.start[start]
        if reading.is_unread(offset, tokens.end[end - 1]):
            continue
        block = reading.block_of(offset)
        sentence = reading.sentence_of(offset)[0]
        upto = bisect_left(points, offset, key=lambda point: point[0])
        inside = [(at, person) for at, person in points[max(0, upto - _MEMORY) : upto] if at >= block.start]
        earlier = reading.sentence_of(max(sentence - 2, block.start))[0]
        near = next((group for group in ([person for at, person in inside if at >= limit] for limit in (sentence, earlier)) if group), [person for _, person in inside])
        gender = _GENDER.get(word, "")
        fits = {id(person): person for person in near if not (gender and person.genders and gender not in person.genders)}
        if len(fits) == 1:
            next(iter(fits.values())).anaphora.append((offset, tokens.end[end - 1]))


def _record(reading: Reading, person: Person, relations: list[Relation]) -> dict:
    longest = max(person.mentions, key=lambda m: (m.end - m.start, not reading.text[m.start : m.end].isupper(), -m.start))
    positions: list[dict] = []
    changes: list[dict] = []
    seen: set[tuple] = set()
    for relation in relations:
        title = relation.roles["title"]
        key = (relation.kind, reading.folded[title.start : title.end])
        if key in seen:
            continue
        seen.add(key)
        if relation.kind == "holds":
            positions.append({"title": title, **title.value})
        else:
            changes.append({"kind": relation.kind, "title": title, "date": relation.roles.get("date")})
    words: dict[str, Counter] = {"honorific": Counter(), "rank": Counter()}
    laid = marks(reading)
    for mention in person.mentions:
        for start, end, kind in before(reading, mention.start):
            words["rank" if kind == "rank" else "honorific"][_small(reading.text[start:end], kind)] += 1
        if rank := _predicated_rank(reading, laid, mention):
            words["rank"][rank] += 1
    return {
        "name": " ".join(reading.text[longest.start : longest.end].split()),
        "honorific": _most(words["honorific"]),
        "rank": _most(words["rank"]),
        "mentions": person.mentions,
        "positions": positions,
        "changes": changes,
        "titles": person.titles,
        "anaphora": person.anaphora,
    }


def _small(word: str, kind: str) -> str:
    """A word of address without the capital of its sentence ("Ông" is "ông"); ranks and degrees keep theirs."""
    return word.lower() if kind in ("civil", "comrade") and word[1:].islower() else word


def _most(words: Counter) -> str | None:
    return min(words, key=lambda word: (-words[word], word)) if words else None


def _predicated_rank(reading: Reading, laid: Marks, mention: Span) -> str | None:
    """ "Bà Thường là trung tá": the rank that the clause gives."""
    tokens = reading.tokens
    at = tokens.before(mention.end) + 1
    if at + 1 < len(tokens) and tokens.folded[at] == "là" and laid.honorific.get(at + 1, (0, ""))[1] == "rank":
        return reading.text[tokens.start[at + 1] : tokens.end[laid.honorific[at + 1][0] - 1]]
    return None


# What opens an interval or a term: no day of an appointment.
_TERMS = ("nhiệm kỳ", "giai đoạn", "khóa", "năm học")


def day_of_change(reading: Reading, relation: Relation) -> Span | None:
    """The DATE of the clause of an appointment or dismissal: the first one after the title, before
    another post or name ("từ ngày 1/3"), else the nearest one before the name and the title."""
    title, official = relation.roles["title"], relation.roles["official"]
    left, right = reading.sentence_of(title.start)
    days = [span for span in reading.spans("DATE", left, right) if not reading.folded[span.start : span.end].startswith(tuple(fold(term) for term in _TERMS))]
    walls = [span.start for label in ("OFFICIAL", "TITLE") for span in reading.spans(label, left, right) if span.start > title.start and span is not official]
    after = [day for day in days if day.start >= title.end and not any(title.end <= wall < day.start for wall in walls)]
    if after:
        return after[0]
    early = [day for day in days if day.end <= min(title.start, official.start)]
    return early[-1] if early else None
