"""Names and titles accepted: who is who, which posts each holds, and what each title says."""

from __future__ import annotations

from bantin.officials.candidates import marks
from bantin.reading import Candidate, Reading, Relation, Span
from bantin.select import select


def wait(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The first look at names accepts nothing: the second one does."""


def accept_names(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """Names without overlaps; where a name and a place claim the same words the surer one stands."""
    found = select(candidates, threshold)
    places = reading.found.get("PLACE", [])
    titles = reading.found.get("TITLE", [])
    names: list[Span] = []
    lost: set[int] = set()
    for span in found:
        if any(title.start < span.end and span.start < title.end for title in titles):
            continue
        rivals = [place for place in places if place.start < span.end and span.start < place.end]
        if any(place.confidence > span.confidence for place in rivals):
            continue
        lost.update(id(place) for place in rivals)
        names.append(span)
    reading.found["OFFICIAL"] = names
    if lost:
        reading.found["PLACE"] = [place for place in places if id(place) not in lost]


def accept_holds(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The pairs believed; of a pair's kinds (holds, appointed, removed) the likeliest alone."""
    best: dict[tuple[int, int], Candidate] = {}
    for candidate in candidates:
        if candidate.probability > threshold:
            key = (id(candidate.data["official"]), id(candidate.data["title"]))
            if key not in best or candidate.probability > best[key].probability:
                best[key] = candidate
    for candidate in best.values():
        roles = {"official": candidate.data["official"], "title": candidate.data["title"]}
        reading.relations.append(Relation(candidate.label, roles, candidate.probability))
    reading.relations.sort(key=lambda relation: (relation.roles["official"].start, relation.roles["title"].start))


def resolve(reading: Reading) -> None:
    """Values of the titles, and the people of the article (``reading.facts["officials"]``)."""
    for title in reading.spans("TITLE"):
        title.value = _title_value(reading, title)
    reading.facts["officials"] = _people(reading)


def _title_value(reading: Reading, title: Span) -> dict:
    tokens = reading.tokens
    role_end, last = title.data["role_end"], title.data["last"]
    former = marks(reading).role.get(title.data["first"], (0, {"kind": ""}))[1]["kind"]
    places = reading.spans("PLACE", title.start, title.end)
    body_end = places[0].start if places else title.end
    body = reading.text[tokens.start[role_end] : body_end].strip(" -–,") if role_end < last else ""
    value: dict = {
        "role": reading.text[tokens.start[title.data["first"]] : tokens.end[role_end - 1]],
        "body": body or None,
        "branch": _branch(reading, title),
        "place": places[-1] if places else None,
        "former": former == "former",
    }
    if former == "acting":
        value["acting"] = True
    return value


def _branch(reading: Reading, title: Span) -> str | None:
    """The body decides; without one, the role."""
    laid = marks(reading)
    for at in range(title.data["role_end"], title.data["last"]):
        if at in laid.body and laid.body[at][1]["branch"] != "*":
            return laid.body[at][1]["branch"]
    branch = title.data["role"]["branch"]
    return None if branch == "*" else branch


def _people(reading: Reading) -> list[dict]:
    """Mentions gathered under the fullest name: the same name, or its last syllables after it."""
    people: list[dict] = []
    for span in reading.spans("OFFICIAL"):
        name = reading.folded[span.start : span.end]
        person = next((p for p in people if p["key"] == name), None)
        if person is None:
            person = next((p for p in people if p["key"].endswith(" " + name)), None)
        if person is None:
            person = {"key": name, "name": reading.text[span.start : span.end], "mentions": [], "positions": []}
            people.append(person)
        person["mentions"].append(span)
    of_mention = {id(span): person for person in people for span in person["mentions"]}
    for relation in reading.relations:
        if relation.kind == "holds":
            person = of_mention[id(relation.roles["official"])]
            title = relation.roles["title"]
            seen = {reading.folded[p["title"].start : p["title"].end] for p in person["positions"]}
            if reading.folded[title.start : title.end] not in seen:
                person["positions"].append({"title": title, **title.value})
    return [{"name": p["name"], "mentions": p["mentions"], "positions": p["positions"]} for p in people]
