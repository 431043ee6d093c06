"""FollowTheMoney: the register of the records as entities, one JSON object a line.

Person, Position (with its PublicBody), Occupancy, Article. A day on which somebody was *seen* in a
post stands in ``date`` of the Occupancy, never in ``startDate``: an article does not say when a term
began. ``proof`` links an Occupancy to its Articles. Ids are hashes of what an entity is, so that two
exports of one dump agree. Checked against followthemoney 4.11.2 (https://followthemoney.tech).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from bantin.officials import register


def _id(*parts: str) -> str:
    return "bantin-" + hashlib.sha1("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()


def _entity(identity: str, schema: str, properties: dict[str, list[str | None]]) -> dict:
    kept = {name: list(dict.fromkeys(value for value in values if value)) for name, values in properties.items()}
    return {"id": identity, "schema": schema, "properties": {name: values for name, values in kept.items() if values}}


def entities(documents: Iterable[dict]) -> Iterator[dict]:
    """The entities of the records' register; each id once. Only articles that prove a post are given."""
    articles: dict[str, dict] = {}

    def noted() -> Iterator[dict]:
        for record in documents:
            source = record.get("source")
            about = {"title": [record.get("title")], "publishedAt": [record.get("published")]}
            about["sourceUrl" if str(source).startswith(("http://", "https://")) else "publisher"] = [source]
            articles[record["id"]] = _entity(_id("article", record["id"]), "Article", {"name": [record.get("title") or record["id"]], "description": [record["id"]], **about})
            yield record

    given: set[str] = set()

    def once(entity: dict) -> Iterator[dict]:
        if entity["id"] not in given:
            given.add(entity["id"])
            yield entity

    for entry in register.build(noted()):
        person = _id("person", entry.id)
        posts = list(entry.posts.values())
        current = [register.title_of(post) for post in posts if not post.about["former"]]
        yield _entity(person, "Person", {"name": [entry.name], "alias": [name for name in sorted(entry.names) if name != entry.name], "position": current})
        for post in posts:
            yield from _post(entry, person, post, articles, once)


def _post(entry: register.Entry, person: str, post: register.Post, articles: dict[str, dict], once) -> Iterator[dict]:
    about, place = post.about, post.about["place"]
    # A unit with an official code is Vietnamese; of others nothing is claimed.
    country = ["vn"] if (place and place["code"]) or post.unit == "vn" else []
    body = register.in_words(about["body"], place=place) if about["body"] else None
    organisation = None
    if body:
        organisation = _id("body", *map(str, post.key[1:4]))
        yield from once(_entity(organisation, "PublicBody", {"name": [body], "country": country, "classification": [about["branch"]]}))
    position = _id("position", *map(str, post.key[:4]))
    name = register.in_words(about["role"], about["body"], place=place)
    area = place["name"] if place and about["level"] != "central" else None
    yield from once(_entity(position, "Position", {"name": [name], "organization": [organisation], "country": country, "subnationalArea": [area]}))
    proofs = []
    for spot in post.evidence:
        article = articles[spot["article"]]
        proofs.append(article["id"])
        yield from once(article)
    days = sorted({spot["published"] for spot in post.evidence if spot["published"]} | {day for day in (post.first, post.last) if day})
    yield _entity(
        _id("occupancy", entry.id, *map(str, post.key)),
        "Occupancy",
        {"holder": [person], "post": [position], "date": days, "status": ["former" if about["former"] else None, "acting" if about.get("acting") else None], "proof": proofs},
    )


def export(documents: Iterable[dict], **_options) -> Iterator[bytes]:
    """The entities as JSON lines."""
    for entity in entities(documents):
        yield (json.dumps(entity, ensure_ascii=False) + "\n").encode()
