"""The register of a dump: who was seen in which post, from when until when, in which articles.

It is built from records alone. What one article says of one person is a *sighting*. Sightings of one
name are one person only where a post joins them: the same post (role, body, unit), or posts in the
same unit; a name alone never does. A post whose unit no article tells ("Chủ tịch UBND xã") joins
nothing. ``see_also`` lists people of the same name whose units lie in one another; ``contradictions``
posts that cannot stand beside each other: two people seen in the same leading post in the same days,
one person seen as head and deputy of one body.

Days are the articles' days as far as they are known (``2022``, ``2022-01``, ``2022-01-09``): days
*seen*, not terms of office.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bantin.errors import BantinError
from bantin.text.fold import fold

MOST_EVIDENCE = 20  # mentions kept for one post; ``articles`` counts all


@dataclass(eq=False)
class Post:
    """One post of one person. ``unit`` is the code or folded name of the unit, "" if not known."""

    key: tuple
    about: dict
    unit: str
    lies_in: frozenset[str]
    first: str | None = None
    last: str | None = None
    articles: set[str] = field(default_factory=set)
    evidence: list[dict] = field(default_factory=list)

    def see(self, article: str, day: str | None, spot: dict) -> None:
        self.articles.add(article)
        if day:
            self.first = day if self.first is None else min(self.first, day)
            self.last = day if self.last is None else max(self.last, day)
        if len(self.evidence) < MOST_EVIDENCE:
            self.evidence.append(spot)

    def add(self, other: Post) -> None:
        self.articles |= other.articles
        days = [day for day in (self.first, self.last, other.first, other.last) if day]
        if days:
            self.first, self.last = min(days), max(days)
        self.evidence = (self.evidence + other.evidence)[:MOST_EVIDENCE]


@dataclass(eq=False)
class Entry:
    """A person of the register."""

    key: str
    names: dict[str, int]
    posts: dict[tuple, Post]
    articles: set[str]
    contradictions: list[dict] = field(default_factory=list)
    see_also: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Stable while the person's name and first seen post stay."""
        first = min((post.first or "9999", *map(str, post.key)) for post in self.posts.values()) if self.posts else tuple(sorted(self.articles))
        return "p" + hashlib.sha256("\x1f".join((self.key, *first)).encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        return min(self.names, key=lambda name: (-self.names[name], name.isupper(), name))


def read(paths: Iterable[Path]) -> Iterator[dict]:
    """The records of JSONL files and of a batch's folders (``part-*.jsonl``). Raises BantinError with
    file, line and reason."""
    for path in paths:
        files = sorted(path.glob("part-*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise BantinError(f"{path}: no part-*.jsonl in this folder")
        for file in files:
            try:
                with file.open(encoding="utf-8") as lines:
                    for number, line in enumerate(lines, 1):
                        if not line.strip():
                            continue
                        try:
                            record = json.loads(line)
                        except json.JSONDecodeError as error:
                            raise BantinError(f"{file}: line {number}: not JSON: {error.msg}") from None
                        if not isinstance(record, dict) or not isinstance(record.get("officials"), list) or "id" not in record:
                            raise BantinError(f"{file}: line {number}: no record of bantin (an object with id, spans and officials)")
                        yield record
            except (OSError, UnicodeDecodeError) as error:
                raise BantinError(f"{file}: {error}") from None


def build(records: Iterable[dict]) -> list[Entry]:
    """The register, sorted by name. The order of the records changes nothing but which evidence is kept."""
    by_name: dict[str, list[Entry]] = {}
    for record in records:
        for entry in sightings(record):
            by_name.setdefault(entry.key, []).append(entry)
    out: list[Entry] = []
    for key in sorted(by_name):
        out.extend(_join(by_name[key]))
    for group in by_name.values():
        group.clear()
    _contradictions(out)
    _see_also(out)
    return out


def sightings(record: dict) -> Iterator[Entry]:
    """What one record says of each of its people (names of one syllable tell nobody: left out)."""
    spans = {span["id"]: span for span in record["spans"]}
    day = record.get("published") or record.get("published_inferred")
    for person in record["officials"]:
        name = " ".join(person["name"].split())
        if " " not in name:
            continue
        posts: dict[tuple, Post] = {}
        for position in person["positions"]:
            title = spans[position["title"]]
            place = spans.get(position.get("place") or "")
            unit = (place.get("code") or fold(place["surface"])) if place else ""
            about = {name: position.get(name) for name in ("role", "body", "branch", "level")}
            about["place"] = {"name": place["surface"], "code": place.get("code")} if place else None
            about["former"] = bool(position.get("former"))
            if position.get("acting"):
                about["acting"] = True
            known = unit or ("vn" if position.get("level") == "central" else "")
            key = (fold(position.get("role") or ""), fold(position.get("body") or ""), position.get("level") or "", known or f"? {record['id']}", about["former"])
            post = posts.setdefault(key, Post(key, about, known, frozenset((place or {}).get("parents") or ())))
            post.see(record["id"], day, {"article": record["id"], "published": day, "start": title["start"], "end": title["end"], "surface": title["surface"]})
        yield Entry(fold(name), {name: len(person["mentions"]) or 1}, posts, {record["id"]})


def joins(one: Entry, two: Entry) -> bool:
    """Are two sightings of one name one person? Only by a post: the same one, or one in the same unit."""
    for a in one.posts.values():
        for b in two.posts.values():
            if not a.unit or a.unit != b.unit:
                continue
            if a.unit != "vn" or a.key[:2] == b.key[:2]:
                return True
    return False


def _join(entries: list[Entry]) -> list[Entry]:
    """Entries of one name merged as far as :func:`joins` reaches (its transitive closure)."""
    parent = list(range(len(entries)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    # By unit, so that a name seen ten thousand times costs no square: equal units join directly.
    first: dict[tuple, int] = {}
    for index, entry in enumerate(entries):
        for post in entry.posts.values():
            if post.unit:
                token = (post.unit, *(post.key[:2] if post.unit == "vn" else ()))
                parent[root(index)] = root(first.setdefault(token, index))
    merged: dict[int, Entry] = {}
    for index, entry in enumerate(entries):
        top = root(index)
        if top not in merged:
            merged[top] = Entry(entry.key, {}, {}, set())
        target = merged[top]
        for name, count in entry.names.items():
            target.names[name] = target.names.get(name, 0) + count
        target.articles |= entry.articles
        for key, post in entry.posts.items():
            if key in target.posts:
                target.posts[key].add(post)
            else:
                target.posts[key] = post
    return sorted(merged.values(), key=lambda entry: entry.id)


def _overlap(one: Post, two: Post) -> bool:
    """Were both seen in days that cross? A day not known crosses nothing."""
    if not (one.first and one.last and two.first and two.last):
        return False
    return one.first <= two.last and two.first <= one.last


def _leads(post: Post) -> bool:
    return not post.key[4] and bool(post.unit) and not post.key[0].startswith(("phó", "ủy viên", "đại biểu", "thành viên", "uv", "thứ trưởng", "đb", "pct", "pbt"))


def _clash(kind: str, one: Post, two: Post, other: str) -> dict:
    """A contradiction with the days in which both were seen."""
    return {"kind": kind, "post": title_of(one), "with": other, "first": max(one.first or "", two.first or ""), "last": min(one.last or "", two.last or "")}


def _contradictions(entries: list[Entry]) -> None:
    holders: dict[tuple, list[tuple[Entry, Post]]] = {}
    for entry in entries:
        posts = list(entry.posts.values())
        for post in posts:
            if _leads(post):
                holders.setdefault(post.key, []).append((entry, post))
                for other in posts:
                    if other.key[0].startswith("phó") and other.key[1:] == post.key[1:] and _overlap(post, other):
                        entry.contradictions.append(_clash("head and deputy", post, other, title_of(other)))
    for seen in holders.values():
        for entry, post in seen:
            for other, same in seen:
                if other is not entry and _overlap(post, same):
                    entry.contradictions.append(_clash("two holders", post, same, other.id))


def _see_also(entries: list[Entry]) -> None:
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.key, []).append(entry)
    for same in by_name.values():
        for one in same:
            units = {post.unit for post in one.posts.values() if post.unit not in ("", "vn")}
            around = {code for post in one.posts.values() for code in post.lies_in}
            for two in same:
                others = {post.unit for post in two.posts.values()}
                beyond = {code for post in two.posts.values() for code in post.lies_in}
                if one is not two and (around & others or units & beyond):
                    one.see_also.append(two.id)


def title_of(post: Post) -> str:
    """The post in words: role, body, unit."""
    return in_words("nguyên" if post.about["former"] else "", post.about["role"], post.about["body"], place=post.about["place"])


_UNITS = ("thành phố", "thị xã", "thị trấn", "đặc khu", "tỉnh", "huyện", "quận", "phường", "xã")


def in_words(*parts: str | None, place: dict | None) -> str:
    """The parts and the unit's name, its noun left out where the body has it ("Huyện ủy" + "huyện Mộc
    Châu": "Huyện ủy Mộc Châu"). A common noun's capital tells nothing: it is compared folded."""
    said = " ".join(part for part in parts if part)
    name = place["name"] if place else ""
    noun = next((unit for unit in _UNITS if fold(name).startswith(unit + " ")), "")
    if noun and f" {noun} " in f" {fold(said)} ":
        name = name[len(noun) :].strip()
    return " ".join(part for part in (said, name) if part)


def as_json(entry: Entry) -> dict:
    """One line of the register (plain JSON types, keys in a fixed order)."""
    posts = sorted(entry.posts.values(), key=lambda post: (post.first or "9999", post.last or "", title_of(post), post.key))
    return {
        "id": entry.id,
        "name": entry.name,
        "names": sorted(entry.names),
        "articles": len(entry.articles),
        "posts": [{"title": title_of(post), **post.about, "first": post.first, "last": post.last, "articles": len(post.articles), "evidence": post.evidence} for post in posts],
        "contradictions": entry.contradictions,
        "see_also": sorted(entry.see_also),
    }
