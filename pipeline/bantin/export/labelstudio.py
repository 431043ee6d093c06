"""Label Studio: its labelling configuration, tasks with our spans as predictions, and its JSON export back.

Offsets of Label Studio's text regions are code points of the task's text, half open, as ours are. Values
are fields of their region (EDTF, realis, place code); the roles of an award are relations from its AWARD.
Import needs the JSON or JSON-MIN-free export ("JSON"); Label Studio's CoNLL export widens spans.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from bantin import __version__
from bantin.errors import BantinError
from bantin.export.document import ARGUMENT, Known, edges
from bantin.record import LABELS

COLOURS = {"OFFICIAL": "#8e44ad", "TITLE": "#2980b9", "PLACE": "#27ae60", "DATE": "#d4a017", "AWARD": "#c0392b", ARGUMENT: "#7f8c8d"}
EDGES = ("holds", "appointed", "removed", "date", *(f"{role}{suffix}" for suffix in ("", " 2", " 3") for role in ("issuer", "presenter", "recipient", "reason")))
MODEL = f"bantin {__version__}"


def config() -> str:
    """The labelling configuration: five layers, the arguments of awards, values, and the relations."""
    labels = "".join(f"    <Label value={quoteattr(label)} background={quoteattr(colour)} hotkey={quoteattr(str(at))}/>\n" for at, (label, colour) in enumerate(COLOURS.items(), 1))
    relations = "".join(f"    <Relation value={quoteattr(edge)}/>\n" for edge in EDGES)
    return f"""<View>
  <Header value="$title"/>
  <Labels name="label" toName="text">
{labels}  </Labels>
  <Relations>
{relations}  </Relations>
  <Text name="text" value="$text" granularity="symbol"/>
  <TextArea name="value" toName="text" perRegion="true" whenTagName="label" whenLabelValue="DATE" editable="true" maxSubmissions="1" placeholder="EDTF: 2021-06-09, 2021-06, 2020/2025"/>
  <Choices name="realis" toName="text" perRegion="true" whenTagName="label" whenLabelValue="AWARD" choice="single-radio">
    <Choice value="true" hint="given"/>
    <Choice value="false" hint="aimed at, proposed, withdrawn"/>
  </Choices>
  <TextArea name="code" toName="text" perRegion="true" whenTagName="label" whenLabelValue="PLACE" editable="true" maxSubmissions="1" placeholder="official code, if known"/>
</View>
"""


def prediction(document: dict) -> dict:
    """One document's spans and relations in the form of ``predictions`` (and of a ``/predict`` answer)."""
    arguments, found = edges(document)
    results: list[dict] = []
    names = {span["id"]: span["id"] for span in document["spans"]}
    scores = []
    for span in [*document["spans"], *arguments]:
        extent = {"start": span["start"], "end": span["end"], "text": document["text"][span["start"] : span["end"]]}
        common = {"id": names.get(span["id"], span["id"]), "to_name": "text", "origin": "prediction"}
        region = {**common, "from_name": "label", "type": "labels", "value": {**extent, "labels": [span["label"]]}}
        if span.get("confidence") is not None:
            region["score"] = span["confidence"]
            scores.append(span["confidence"])
        results.append(region)
        if span["label"] == "DATE" and span.get("value"):
            results.append({**common, "from_name": "value", "type": "textarea", "value": {**extent, "text": [span["value"]]}})
        elif span["label"] == "AWARD" and span.get("realis") is not None:
            results.append({**common, "from_name": "realis", "type": "choices", "value": {**extent, "choices": ["true" if span["realis"] else "false"]}})
        elif span["label"] == "PLACE" and span.get("code"):
            results.append({**common, "from_name": "code", "type": "textarea", "value": {**extent, "text": [span["code"]]}})
    results += [{"type": "relation", "from_id": a, "to_id": b, "direction": "right", "labels": [label]} for a, b, label in found]
    return {"model_version": MODEL, "score": round(min(scores), 4) if scores else 0.0, "result": results}


def task(document: dict) -> dict:
    data = {"text": document["text"], "id": document["id"], "title": document.get("title") or document["id"], "published": document.get("published") or "", "sha256": document.get("sha256") or ""}
    return {"data": data, "predictions": [prediction(document)]}


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    """One JSON list of tasks: what Label Studio's import takes."""
    first = True
    for document in documents:
        yield (("[\n" if first else ",\n") + json.dumps(task(document), ensure_ascii=False)).encode()
        first = False
    yield b"[]\n" if first else b"\n]\n"


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of a JSON export: of each task the newest annotation that was not cancelled; a task
    without one gives its prediction. Raises BantinError."""
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BantinError(f"{path}: not Label Studio's JSON export: {error}") from None
    for number, each in enumerate(tasks if isinstance(tasks, list) else [tasks], 1):
        try:
            data = each["data"]
            done = [a for a in each.get("annotations", ()) if not a.get("was_cancelled")]
            chosen = max(done, key=lambda a: (a.get("updated_at") or a.get("created_at") or "", a.get("id") or 0)) if done else (each.get("predictions") or [{"result": []}])[-1]
            if isinstance(chosen, int):
                raise BantinError(f"{path}: task {number} names its prediction only: export as JSON with predictions, or annotate it")
            yield {"id": str(data.get("id") or f"{path.stem}-{number}"), "published": data.get("published") or None, "text": data["text"], **_results(chosen["result"])}
        except (KeyError, TypeError, IndexError) as error:
            raise BantinError(f"{path}: task {number}: not the form of Label Studio's JSON export ({error!r})") from None


def _results(results: list[dict]) -> dict:
    spans: dict[str, dict] = {}
    found: list[tuple[str, str, str]] = []
    values: list[tuple[str, str, object]] = []
    for result in results:
        if result["type"] == "relation":
            a, b = result["from_id"], result["to_id"]
            if result.get("direction") == "left":
                a, b = b, a
            found += [(a, b, label) for label in result.get("labels") or ()]
        elif result["type"] == "labels":
            value = result["value"]
            for label in value["labels"][:1]:
                if label in LABELS or label == ARGUMENT:
                    spans[result["id"]] = {"id": result["id"], "start": value["start"], "end": value["end"], "label": label}
        elif result["from_name"] == "realis":
            values.append((result["id"], "realis", result["value"]["choices"][0] == "true"))
        elif result["from_name"] in ("value", "code") and result["value"].get("text"):
            text = result["value"]["text"]
            values.append((result["id"], result["from_name"], (text if isinstance(text, str) else text[-1]).strip()))
    for identity, key, value in values:
        if identity in spans:
            spans[identity][key] = value
    return {"spans": list(spans.values()), "edges": found}
