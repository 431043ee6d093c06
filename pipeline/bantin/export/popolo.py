"""Popolo (https://www.popoloproject.com/specs/): persons, organizations, posts, memberships.

A membership has no ``start_date``: articles tell days on which somebody was seen in a post, which
stand in ``seen`` (an addition of ours, as Popolo allows); ``sources`` name the articles and spans.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from bantin.officials import register


def popolo(documents: Iterable[dict]) -> dict:
    """One object with the four lists; ids agree between exports of one dump."""
    organisations: dict[tuple, dict] = {}
    posts: dict[tuple, dict] = {}
    persons: list[dict] = []
    memberships: list[dict] = []
    for entry in register.build(documents):
        persons.append({"id": entry.id, "name": entry.name, "other_names": [{"name": name} for name in sorted(entry.names) if name != entry.name]})
        for post in entry.posts.values():
            about, place = post.about, post.about["place"]
            area = {"name": place["name"], **({"identifiers": [{"scheme": "gso.gov.vn", "identifier": place["code"]}]} if place["code"] else {})} if place else None
            body_key, post_key = post.key[1:4], post.key[:4]
            organisation = None
            if about["body"]:
                made = {"id": f"o{len(organisations) + 1}", "name": register.in_words(about["body"], place=place), "classification": about["branch"]}
                organisation = organisations.setdefault(body_key, made)["id"]
            label = register.in_words(about["role"], about["body"], place=place)
            made = {"id": f"t{len(posts) + 1}", "label": label, "role": about["role"], "organization_id": organisation, **({"area": area} if area else {})}
            target = posts.setdefault(post_key, made)
            memberships.append(
                {
                    "person_id": entry.id,
                    "post_id": target["id"],
                    "organization_id": organisation,
                    "role": about["role"],
                    "former": about["former"],
                    "seen": {"first": post.first, "last": post.last},
                    "sources": [{"note": f"{spot['article']} [{spot['start']}, {spot['end']})"} for spot in post.evidence],
                }
            )
    return {"persons": persons, "organizations": list(organisations.values()), "posts": list(posts.values()), "memberships": memberships}


def export(documents: Iterable[dict], **_options) -> Iterator[bytes]:
    """The object as one JSON file."""
    yield (json.dumps(popolo(documents), ensure_ascii=False, indent=1) + "\n").encode()
