"""Relations as triples of extents, and officials as whole records.

A triple is (kind, extent, extent): holds, appointed and removed join an OFFICIAL and a TITLE; each
role of an award (issuer, presenters, recipients, reason) joins the AWARD's extent and the
argument's. An argument counts by its extent, whether the record names a span or gives offsets.

``exact``: both extents equal. ``overlap``: both ends overlap, by optimal one-to-one assignment.
``found``: exact, among the relations whose spans both sides have (so the relation is judged and
not the spans it stands on); arguments that are no spans of a layer always count as found.
"""

from __future__ import annotations

from bantin_eval import match
from bantin_eval.match import Extent
from bantin_eval.score import ROLES, Settings, Tally, add, surface_key
from bantin_eval.validate import Document

Triple = tuple[str, Extent, Extent]


def triples(record: dict) -> set[Triple]:
    """All relations of a record by extent (what it says twice counts once)."""
    by_id = {span["id"]: match.extent(span) for span in record["spans"] if "id" in span}

    def extent(value) -> Extent:
        return by_id[value] if isinstance(value, str) else (value[0], value[1])

    out: set[Triple] = set()
    for relation in record.get("relations", []):
        if relation["type"] == "award":
            award = extent(relation["award"])
            for role in ROLES:
                values = relation.get(role) or []
                for value in values if role in ("presenters", "recipients") else [values] if values else []:
                    out.add((role, award, extent(value)))
        else:
            out.add((relation["type"], extent(relation["official"]), extent(relation["title"])))
    return out


def add_tally(out: Tally, document: Document, chosen: Settings) -> None:
    gold = sorted(triple for triple in triples(document.gold) if triple[0] in chosen.relations)
    pred = sorted(triple for triple in triples(document.pred) if triple[0] in chosen.relations)
    both = {match.extent(s) for s in document.gold["spans"]} & {match.extent(s) for s in document.pred["spans"]}
    either = {match.extent(s) for s in document.gold["spans"]} | {match.extent(s) for s in document.pred["spans"]}

    def stands(triple: Triple) -> bool:
        return all(extent in both or extent not in either for extent in triple[1:])

    common = set(gold) & set(pred)
    joined = overlap(gold, pred)
    for kind in chosen.relations:
        of_gold, of_pred = [t for t in gold if t[0] == kind], [t for t in pred if t[0] == kind]
        add(out, f"relations/exact/{kind}", sum(t in common for t in of_gold), len(of_pred), len(of_gold))
        add(out, f"relations/overlap/{kind}", sum(gold[i][0] == kind for i, _ in joined), len(of_pred), len(of_gold))
        add(out, f"relations/found/{kind}", sum(t in common for t in of_gold), sum(map(stands, of_pred)), sum(map(stands, of_gold)))
    if "OFFICIAL" in chosen.labels and "TITLE" in chosen.labels:
        people = [officials(document.gold), officials(document.pred)]
        add(out, "officials/name", len(people[0].keys() & people[1].keys()), len(people[1]), len(people[0]))
        whole = [set(side.items()) for side in people]
        add(out, "officials/name and all posts", len(whole[0] & whole[1]), len(whole[1]), len(whole[0]))
        posts = [{(name, post) for name, held in side.items() for post in held} for side in people]
        add(out, "officials/name and post", len(posts[0] & posts[1]), len(posts[1]), len(posts[0]))


def overlap(gold: list[Triple], pred: list[Triple]) -> list[tuple[int, int]]:
    """The pairs (gold index, predicted index) of one kind whose two ends overlap."""
    weights = {}
    for i, one in enumerate(gold):
        for j, two in enumerate(pred):
            if one[0] == two[0] and (first := match.jaccard(one[1], two[1])) and (second := match.jaccard(one[2], two[2])):
                weights[i, j] = first * second
    # What is exactly right is no question for the assignment.
    exact = {edge for edge in weights if gold[edge[0]] == pred[edge[1]]}
    rows, columns = {i for i, _ in exact}, {j for _, j in exact}
    rest = {edge: weight for edge, weight in weights.items() if edge[0] not in rows and edge[1] not in columns}
    return sorted([*exact, *match.assign(rest)])


def officials(record: dict) -> dict[str, frozenset[str]]:
    """The people of a record: the fullest form of each name with the surfaces of all posts it holds.

    Made on either side in the same way from spans and holds, so that gold, predictions and other
    annotators' files compare: a mention belongs to an equal name, else to the longest name that ends
    with it ("Thăng" to "Trần Văn Thăng").
    """
    text_order = sorted((span for span in record["spans"] if span["label"] == "OFFICIAL"), key=lambda s: s["start"])
    forms = list(dict.fromkeys(surface_key(span["surface"]) for span in text_order))
    full = {form: next((other for other in sorted(forms, key=len, reverse=True) if other.endswith(" " + form)), form) for form in forms}
    by_id = {span["id"]: span for span in record["spans"] if "id" in span}
    held: dict[str, set[str]] = {name: set() for name in full.values()}
    for relation in record.get("relations", []):
        if relation["type"] == "holds":
            person = full[surface_key(by_id[relation["official"]]["surface"])]
            held[person].add(surface_key(by_id[relation["title"]]["surface"]))
    return {name: frozenset(posts) for name, posts in held.items()}
