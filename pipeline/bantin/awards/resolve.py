"""Awards accepted: whether given, by whom, to whom, and the events of the article."""

from __future__ import annotations

from bantin.awards import events
from bantin.awards.clauses import Giving, givings
from bantin.reading import Candidate, Reading, Relation, Span
from bantin.select import select

# The threshold is learnt on the ends' shares of a start's probability; their sum needs a higher one.
LEAST = 0.45


def accept_realis(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    for candidate in candidates:
        candidate.data["award"].data["realis"] = candidate.probability > threshold


def _likeliest(candidates: list[Candidate], threshold: float) -> list[Candidate]:
    """Of the ends of one start the likeliest, with the probability of all."""
    kept: list[Candidate] = []
    by_start: dict[object, list[Candidate]] = {}
    for candidate in candidates:
        by_start.setdefault(candidate.data["mention"], []).append(candidate)
    for members in by_start.values():
        total = sum(member.probability for member in members)
        if total > max(threshold, LEAST):
            best = max(members, key=lambda member: member.probability)
            best.probability = min(total, 1.0)
            kept.append(best)
    return kept


def accept_awards(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    reading.found["AWARD"] = select(_likeliest(candidates, threshold), threshold)


def accept_part(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """Of starts that overlap the set that is believed most. Kept in ``reading.facts["awards.parts"]``
    until the last role is known."""
    kept = _likeliest(candidates, threshold)
    by_giving: dict[int, list[Candidate]] = {}
    for candidate in kept:
        by_giving.setdefault(id(candidate.data["giving"]), []).append(candidate)
    chosen: list[Candidate] = []
    for mine in by_giving.values():
        extents = {(span.start, span.end) for span in select(mine, threshold)}
        chosen += [c for c in mine if (c.start, c.end) in extents]
    reading.facts.setdefault("awards.parts", []).extend(chosen)


def accept_roles(reading: Reading, candidates: list[Candidate], threshold: float) -> None:
    """The ends of the parts, and with them the relations: one an award and issuer."""
    best: dict[int, Candidate] = {}
    for candidate in candidates:
        key = id(candidate.data["part"])
        if key not in best or candidate.probability > best[key].probability:
            best[key] = candidate
    for part in reading.facts.get("awards.parts", ()):
        if id(part) in best:
            part.end = best[id(part)].end
    of_giving: dict[int, dict[str, list[Candidate]]] = {}
    for giving in givings(reading):
        chosen: dict[str, list[Candidate]] = {role: [] for role in ("issuer", "presenter", "recipient", "reason")}
        for candidate in reading.facts.get("awards.parts", ()):
            if candidate.data["giving"] is giving:
                chosen[candidate.label].append(candidate)
        of_giving[id(giving)] = chosen
        if giving.inherits is not None:
            # "trao A cho X và B cho Y": what stood before the first award serves the second
            for role, mine in of_giving[id(giving.inherits)].items():
                # a receiver serves only what is received by a verb of its own ("đoạt A; giành B")
                if not chosen[role] and role != "reason" and (role != "recipient" or giving.verb):
                    chosen[role] = [c for c in mine if c.end <= giving.inherits.awards[0].start]
        for role, mine in list(chosen.items()):
            # an end may have reached over the next start
            chosen[role] = [c for c in mine if not any(o is not c and o.start <= c.start < o.end and (o.start, -o.end) < (c.start, -c.end) for o in mine)]
        # what gives cannot receive
        givers = chosen["issuer"] + chosen["presenter"]
        chosen["recipient"] = [c for c in chosen["recipient"] if not any(g.start < c.end and c.start < g.end and g.probability >= c.probability for g in givers)]
        taken = chosen["recipient"] + chosen["presenter"]
        chosen["issuer"] = [c for c in chosen["issuer"] if not any(g.start < c.end and c.start < g.end for g in taken)]
        shared: dict = {}
        if chosen["presenter"]:
            shared["presenters"] = [c.data["span"] for c in sorted(chosen["presenter"], key=lambda c: c.start)]
        if chosen["recipient"]:
            shared["recipients"] = [_part(c) for c in sorted(chosen["recipient"], key=lambda c: c.start)]
        if chosen["reason"]:
            best = max(chosen["reason"], key=lambda c: c.probability)
            shared["reason"] = (best.start, best.end)
        used = [c.probability for role in chosen.values() for c in role]
        issuers = _issuers(giving, reading, chosen["issuer"])
        for award in giving.awards:
            # "Huân chương …, Cờ thi đua của Chính phủ": what follows "của" gave the last award, and those of its kind
            mine = [c for c in issuers if c.start < giving.awards[0].start or _kind(award) == _kind(giving.awards[-1])]
            for issuer in mine or [None]:
                if issuer is None and not shared:
                    continue
                roles: dict = {"award": award}
                if issuer is not None:
                    roles["issuer"] = _part(issuer)
                reading.relations.append(Relation("award", {**roles, **shared}, min([award.confidence, *used])))


def _issuers(giving: Giving, reading: Reading, candidates: list[Candidate]) -> list[Candidate]:
    """The likeliest issuer and those of its stretch: two posts or bodies may give one award together."""
    if not candidates:
        return []
    best = max(candidates, key=lambda c: c.probability)
    home = giving.where(reading.tokens.at(best.start))
    return sorted((c for c in candidates if c is best or (home is not None and giving.where(reading.tokens.at(c.start)) is home)), key=lambda c: c.start)


def _kind(award: Span) -> str:
    head = award.data.get("head")
    return head["kind"] if head else "title"


def _part(candidate: Candidate) -> Span | tuple[int, int]:
    """The span that a part is, or its extent."""
    span = candidate.data["span"]
    return span if span is not None else (candidate.start, candidate.end)


def resolve(reading: Reading) -> None:
    """Values of the awards and ``reading.facts["awards"]``, the events of the article."""
    events.describe(reading)
    reading.facts["awards"] = events.events(reading)
