"""Awards accepted: whether given, by whom, to whom, and the events of the article."""

from __future__ import annotations

from bantin.reading import Candidate, Reading, Relation, Span
from bantin.select import select


def accept_realis(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    for candidate in candidates:
        candidate.data["award"].data["realis"] = candidate.probability > threshold


def accept_roles(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """One award relation an award and issuer; of extents that overlap the likeliest plays the role."""
    by_award: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.probability > threshold:
            by_award.setdefault(id(candidate.data["award"]), []).append(candidate)
    for award in reading.spans("AWARD"):
        chosen: dict[str, list[Candidate]] = {}
        for role in ("issuer", "presenter", "recipient", "reason"):
            mine = [c for c in by_award.get(id(award), []) if c.label == role]
            spans = select(mine, threshold)
            kept = {(span.start, span.end) for span in spans}
            chosen[role] = [c for c in mine if (c.start, c.end) in kept]
        # what gives cannot receive
        givers = [c for role in ("issuer", "presenter") for c in chosen[role]]
        chosen["recipient"] = [c for c in chosen["recipient"] if not any(g.start < c.end and c.start < g.end and g.probability >= c.probability for g in givers)]
        issuers = sorted(chosen["issuer"], key=lambda c: -c.probability)[:1]
        shared: dict = {}
        if chosen["presenter"]:
            shared["presenters"] = [c.data["span"] for c in sorted(chosen["presenter"], key=lambda c: c.start)]
        if chosen["recipient"]:
            shared["recipients"] = [(c.start, c.end) for c in sorted(chosen["recipient"], key=lambda c: c.start)]
        if chosen["reason"]:
            best = max(chosen["reason"], key=lambda c: c.probability)
            shared["reason"] = (best.start, best.end)
        used = [c.probability for role in chosen.values() for c in role]
        confidence = min([award.confidence, *used])
        for issuer in issuers or [None]:
            if issuer is None and not shared:
                continue
            roles: dict = {"award": award}
            if issuer is not None:
                roles["issuer"] = issuer.data["span"] if issuer.data["span"] is not None and issuer.data["type"] == "T" else (issuer.start, issuer.end)
            reading.relations.append(Relation("award", {**roles, **shared}, confidence))


def resolve(reading: Reading) -> None:
    """Values of the awards and ``reading.facts["awards"]``, one event a relation."""
    for span in reading.spans("AWARD"):
        head = span.data.get("head")
        span.value = {"kind": head["kind"] if head else "title", "realis": bool(span.data.get("realis", True))}
    events = []
    related: set[int] = set()
    for relation in reading.relations:
        if relation.kind == "award":
            award: Span = relation.roles["award"]
            related.add(id(award))
            events.append({**relation.roles, "kind": award.value["kind"], "realis": award.value["realis"]})
    events += [{"award": span, "kind": span.value["kind"], "realis": span.value["realis"]} for span in reading.spans("AWARD") if id(span) not in related]
    reading.facts["awards"] = sorted(events, key=lambda event: event["award"].start)
