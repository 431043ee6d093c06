"""Why a span is there: the rule that proposed it, the features that moved the classifier, and what was
rejected nearby.

Everything is read from the finished :class:`~bantin.reading.Reading` (``proposed`` keeps every candidate
with its probability) and from the weights; nothing is computed a second way. A question of two steps
(is there a mention; which extent is it) shows both.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bantin import annotator, record
from bantin.classify import Classifier, Question, log_odds, sigmoid, softmax
from bantin.errors import UsageError
from bantin.reading import Candidate, Reading, Span

_NEAR = 60  #: code points on either side in which rejected candidates are shown


@dataclass
class Answer:
    """One question of the classifier about one candidate. ``weights``: its features by their share of
    the log-odds, the strongest first; ``outcome``: accepted, or why not."""

    question: str
    surface: str
    start: int
    end: int
    rule: str
    probability: float
    threshold: float
    bias: float
    weights: list[tuple[str, float]]
    unseen: int
    outcome: str
    extent_weights: list[tuple[str, float]] = field(default_factory=list)
    mention: float | None = None
    share: float | None = None


@dataclass
class Explanation:
    """``span`` (None where a place was asked about), the answers about it, the rejected candidates near it."""

    span: dict | None
    provenance: list[str]
    answers: list[Answer]
    roles: list[Answer]
    rejected: list[Answer]


def explain(reading: Reading, span_id: str | None = None, at: tuple[int, int] | None = None, model: Classifier | None = None) -> Explanation:
    """Explain the record's span ``span_id``, or what was decided at ``at`` (code points of the raw text).

    Raises UsageError if there is no such span.
    """
    model = model or annotator.classifier()
    made = record.make(reading)
    spans = sorted((span for label in record.LABELS for span in reading.found.get(label, [])), key=lambda s: (s.start, -s.end, record.LABELS.index(s.label)))
    shown = None
    if span_id is not None:
        number = next((index for index, each in enumerate(made["spans"]) if each["id"] == span_id), None)
        if number is None:
            raise UsageError(f"--span: '{span_id}' is none of the record's {len(made['spans'])} spans (e1 to e{len(made['spans'])})")
        shown, chosen = made["spans"][number], spans[number]
        start, end, label = chosen.start, chosen.end, chosen.label
    else:
        assert at is not None
        start, end = _clean(reading, *at)
        chosen, label = None, None
    answers: list[Answer] = []
    roles: list[Answer] = []
    rejected: list[Answer] = []
    for room in annotator.ROOMS:
        for stage in room.stages:
            question = model.questions.get(stage.question)
            if question is None:
                continue
            candidates = reading.proposed.get(stage.question, [])
            for candidate in candidates:
                same = chosen is not None and (candidate.start, candidate.end) == (start, end)
                if stage.label in record.LABELS:
                    near = candidate.start < end + _NEAR and candidate.end > start - _NEAR
                    if same and stage.label == label:
                        answer = _answer(reading, stage.question, question, candidate, candidates)
                        if candidate.rule == chosen.rule or _asked(chosen, candidate):
                            answers.append(answer)
                        else:
                            answer.outcome = f"the same extent, which rule '{chosen.rule}' has"
                            rejected.append(answer)
                    elif (near if chosen is None else near and (stage.label == label or _overlap(candidate, start, end))) and not _found(reading, stage.label, candidate):
                        rejected.append(_answer(reading, stage.question, question, candidate, candidates))
                elif chosen is not None and _concerns(candidate, chosen, start, end):
                    roles.append(_answer(reading, stage.question, question, candidate, candidates))
    rejected.sort(key=lambda each: (-each.probability, each.start))
    return Explanation(shown, _provenance(reading, shown), answers, roles, rejected)


def _asked(span: Span, candidate: Candidate) -> bool:
    return span.data is candidate.data


def _overlap(candidate: Candidate, start: int, end: int) -> bool:
    return candidate.start < end and start < candidate.end


def _found(reading: Reading, label: str, candidate: Candidate) -> bool:
    return any((span.start, span.end) == (candidate.start, candidate.end) for span in reading.found.get(label, []))


def _concerns(candidate: Candidate, span: Span, start: int, end: int) -> bool:
    """True if a relation's candidate speaks of the span: it lies there, or its data name it."""
    return (candidate.start, candidate.end) == (start, end) or any(value is span for value in candidate.data.values())


def _clean(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """An extent of the raw text in the clean text (the nearest characters that were kept)."""
    low = next((i for i in range(len(reading.text)) if reading.source.to_raw(i, i + 1)[1] > start), len(reading.text))
    high = next((i for i in range(low, len(reading.text)) if reading.source.to_raw(i, i + 1)[0] >= end), len(reading.text))
    return low, max(high, low)


def _answer(reading: Reading, name: str, question: Question, candidate: Candidate, candidates: list[Candidate]) -> Answer:
    raw = reading.source.to_raw(candidate.start, candidate.end)
    weights = _weights(question, candidate)
    made = Answer(
        name, reading.text[candidate.start : candidate.end], *raw, candidate.rule, candidate.probability, question.threshold, question.bias, weights,
        sum(feature not in question.weights for feature in set(candidate.features)), _outcome(reading, question, candidate, candidates),
    )  # fmt: skip
    if question.extent is not None and "group" in candidate.data:
        members = [other for other in candidates if other.data.get("group") == candidate.data["group"]]
        total = sum(sigmoid(question.score(member.features)) for member in members)
        made.mention = sigmoid(log_odds(total) * question.slope + question.shift)
        shares = softmax([question.extent.score(member.features) * question.extent.slope for member in members])
        made.share = next(share for member, share in zip(members, shares, strict=True) if member is candidate)
        made.extent_weights = _weights(question.extent, candidate)
    return made


def _weights(question: Question, candidate: Candidate) -> list[tuple[str, float]]:
    found = {feature: question.weights[feature] for feature in candidate.features if feature in question.weights}
    return sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0]))


def _outcome(reading: Reading, question: Question, candidate: Candidate, candidates: list[Candidate]) -> str:
    label = next((stage.label for room in annotator.ROOMS for stage in room.stages if reading.proposed.get(stage.question) is candidates), "")
    if label not in record.LABELS:
        return "accepted" if candidate.probability > question.threshold else f"below the threshold {question.threshold:.2f}"
    if _found(reading, label, candidate):
        return "accepted"
    rival = next((span for span in reading.found.get(label, []) if span.start < candidate.end and candidate.start < span.end), None)
    if rival is not None:
        return f"overlaps {label} '{_short(reading.text[rival.start : rival.end])}' ({rival.confidence:.2f})"
    if candidate.probability <= question.threshold:
        return f"below the threshold {question.threshold:.2f}"
    return "not taken by a later step of its room"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 50 else text[:49] + "…"


def _provenance(reading: Reading, shown: dict | None) -> list[str]:
    """File and line of the rule, and the lexicon rows inside the span and before it."""
    if shown is None:
        return []
    from bantin_eval import provenance

    text = reading.article.text
    place = provenance.rule_place(shown["label"], shown["rule"])
    return ([place] if place else []) + provenance.rows(shown["label"], shown["surface"], text[max(0, shown["start"] - 40) : shown["start"]])


def render(found: Explanation, most: int = 12):
    """The explanation for a terminal (a rich renderable)."""
    from rich.console import Group
    from rich.text import Text

    from bantin.export.terminal import visible

    parts: list = []
    if found.span:
        span = found.span
        head = Text(f"{span['id']} {span['label']} ", style="bold")
        head.append(visible(" ".join(span["surface"].split())), style="bold magenta")
        head.append(f"  [{span['start']}, {span['end']})  confidence {span['confidence']:.2f}", style="dim")
        parts += [head, Text(f"proposed by rule '{span['rule']}'" + (f" in {found.provenance[0]}" if found.provenance else ""))]
        parts += [Text("  " + visible(row), style="dim") for row in found.provenance[1:]]
        values = {k: v for k, v in span.items() if k not in ("id", "start", "end", "label", "surface", "confidence", "rule")}
        if values:
            parts.append(Text("value: " + visible(", ".join(f"{key} {value}" for key, value in values.items()))))
        if not found.answers:
            parts.append(Text("No candidate of the classifier has just this extent: a later step of its room set it.", style="dim"))
    for answer in found.answers:
        parts += [Text(), *_shown(answer, most)]
    if found.roles:
        parts += [Text(), Text("In relations and other questions", style="bold")]
        for answer in sorted(found.roles, key=lambda each: (each.question, -each.probability)):
            parts.append(_line(answer, 4))
    parts += [Text(), Text(f"Rejected {'nearby' if found.span else 'there'}", style="bold")]
    parts += [_line(answer, 3) for answer in found.rejected[:most]] or [Text("  nothing else was proposed", style="dim")]
    if len(found.rejected) > most:
        parts.append(Text(f"  and {len(found.rejected) - most} more (--most {len(found.rejected)})", style="dim"))
    return Group(*parts)


def _shown(answer: Answer, most: int) -> list:
    from rich.table import Table
    from rich.text import Text

    from bantin.export.terminal import visible

    out: list = [Text(f"Question '{answer.question}': probability {answer.probability:.2f}, threshold {answer.threshold:.2f}: {visible(answer.outcome)}")]
    if answer.mention is not None and answer.share is not None:
        out.append(Text(f"  a mention at all {answer.mention:.2f}, this extent of it {answer.share:.2f}", style="dim"))
    for title, weights in (("what moved it (log-odds)", answer.weights), ("which extent (log-odds)", answer.extent_weights)):
        if not weights:
            continue
        table = Table(title=title, title_justify="left", title_style="italic", show_header=False, show_edge=False, pad_edge=False, box=None)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        largest = max(abs(weight) for _, weight in weights)
        for feature, weight in weights[:most]:
            bar = ("+" if weight > 0 else "-") * max(1, round(8 * abs(weight) / largest))
            table.add_row(f"{weight:+.2f}", Text(bar, style="green" if weight > 0 else "red"), Text(visible(feature)))
        if len(weights) > most:
            rest = sum(weight for _, weight in weights[most:])
            table.add_row(f"{rest:+.2f}", "", Text(f"{len(weights) - most} weaker features", style="dim"))
        out.append(table)
    out.append(Text(f"  {answer.bias:+.2f} before any feature; {answer.unseen} features without a weight", style="dim"))
    return out


def _line(answer: Answer, most: int):
    from rich.table import Table
    from rich.text import Text

    from bantin.export.terminal import visible

    line = Text(visible(_short(answer.surface)), style="magenta")
    line.append(f"  {answer.question}, rule '{answer.rule}': {visible(answer.outcome)}", style="default")
    moved = [f"{weight:+.1f} {feature}" for feature, weight in (answer.extent_weights if answer.outcome.startswith("overlaps") and answer.extent_weights else answer.weights)[:most]]
    if moved:
        line.append("\n" + visible(", ".join(moved)), style="dim default")
    row = Table.grid(padding=(0, 1))
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(f"  {answer.probability:.2f}", line)
    return row
