"""W3C Web Annotation (https://www.w3.org/TR/annotation-model/): one AnnotationPage a document, a line each.

Each span is an Annotation with a TextPositionSelector (code points, as the model asks) and a
TextQuoteSelector, its label a tag; relations are Annotations of motivation "linking" between two
spans. The source is ``urn:sha256:`` of the text, which the page does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from bantin.errors import BantinError
from bantin.export.document import ATTRIBUTE, Known, digest, edges

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    for document in documents:
        yield (json.dumps(page(document), ensure_ascii=False) + "\n").encode()


def page(document: dict) -> dict:
    text = document["text"]
    sha = digest(text)
    source = f"urn:sha256:{sha}"
    arguments, found = edges(document)
    items: list[dict] = []
    for span in [*document["spans"], *arguments]:
        start, end = span["start"], span["end"]
        body: list[dict] = [{"type": "TextualBody", "purpose": "tagging", "value": span["label"]}]
        name = ATTRIBUTE.get(span["label"], "")
        if span.get(name) is not None:
            body.append({"type": "TextualBody", "purpose": "identifying" if name == "code" else "describing", "format": "text/plain", "value": _said(span[name])})
        items.append(
            {
                "id": f"{source}#{span['id']}",
                "type": "Annotation",
                "motivation": "tagging",
                "body": body,
                "target": {
                    "source": source,
                    "selector": [
                        {"type": "TextPositionSelector", "start": start, "end": end},
                        {"type": "TextQuoteSelector", "exact": text[start:end], "prefix": text[max(0, start - _AROUND) : start], "suffix": text[end : end + _AROUND]},
                    ],
                },
            }
        )
    for at, (a, b, label) in enumerate(found, 1):
        items.append(
            {
                "id": f"{source}#r{at}",
                "type": "Annotation",
                "motivation": "linking",
                "body": [{"type": "TextualBody", "purpose": "tagging", "value": label}, {"type": "SpecificResource", "purpose": "linking", "source": f"{source}#{b}"}],
                "target": f"{source}#{a}",
            }
        )
    made = {"@context": CONTEXT, "id": f"urn:bantin:page:{sha}", "type": "AnnotationPage", "label": document["id"], "items": items}
    if document.get("published"):
        made["published"] = document["published"]
    return made


def _said(value) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of AnnotationPages, one a line (or one JSON file). A span whose position does not show
    its quotation is looked for by the quotation. Texts come from ``known``."""
    try:
        lines = path.read_text(encoding="utf-8")
        try:
            found = json.loads(lines)
            pages = found if isinstance(found, list) else [found]
        except json.JSONDecodeError:
            pages = [json.loads(line) for line in lines.split("\n") if line.strip()]
    except (OSError, ValueError) as error:
        raise BantinError(f"{path}: not JSON: {error}") from None
    for number, each in enumerate(pages, 1):
        try:
            yield _page(each, known)
        except (KeyError, TypeError, IndexError) as error:
            raise BantinError(f"{path}: page {number}: not an AnnotationPage of text annotations ({error!r})") from None


def _page(each: dict, known: Known) -> dict:
    sha = each["id"].rpartition(":")[2]
    text = known.text(each.get("label") or each["id"], sha)
    spans: list[dict] = []
    found: list[tuple[str, str, str]] = []
    for item in each["items"]:
        identity = item["id"].rpartition("#")[2]
        bodies = item["body"] if isinstance(item["body"], list) else [item["body"]]
        label = next(b["value"] for b in bodies if b.get("purpose") == "tagging")
        if item["motivation"] == "linking":
            target = next(b["source"] for b in bodies if b.get("purpose") == "linking")
            found.append((item["target"].rpartition("#")[2], target.rpartition("#")[2], label))
            continue
        selectors = item["target"]["selector"]
        selectors = {s["type"]: s for s in (selectors if isinstance(selectors, list) else [selectors])}
        position, quoted = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
        start, end = (position["start"], position["end"]) if position else (-1, -1)
        if quoted and (position is None or text[start:end] != quoted["exact"]):
            at = text.find(quoted.get("prefix", "") + quoted["exact"] + quoted.get("suffix", ""))
            if at < 0:
                raise BantinError(f"{each.get('label')}: '{quoted['exact']}' does not stand in the text")
            start = at + len(quoted.get("prefix", ""))
            end = start + len(quoted["exact"])
        span = {"id": identity, "start": start, "end": end, "label": label}
        value = next((b["value"] for b in bodies if b.get("purpose") in ("describing", "identifying")), None)
        if value is not None and label in ATTRIBUTE:
            span[ATTRIBUTE[label]] = value == "true" if label == "AWARD" else value
        spans.append(span)
    return {"id": each.get("label") or sha, "published": each.get("published"), "text": text, "spans": spans, "edges": found}
