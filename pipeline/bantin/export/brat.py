"""brat stand-off (https://brat.nlplab.org/standoff.html): NAME.txt and NAME.ann for each document, with
``annotation.conf`` and ``visual.conf`` for the server.

Layers are text-bound annotations, holds/appointed/removed binary relations, each award relation an
event whose trigger is its AWARD, an argument that is no span a text-bound ARGUMENT. EDTF values are
notes, realis an attribute, place codes normalisations. Offsets are code points of the .txt, which
holds the text byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from bantin.errors import BantinError
from bantin.export.document import ARGUMENT, PAIRS, ROLES, Known
from bantin.record import LABELS

_UNSAFE = re.compile(r"[%\x00-\x1f\x7f<>:\"\\|?*]")
_ROLE_OF = {key: label for label, key in ROLES.items()}
ANNOTATION_CONF = f"""[entities]
{chr(10).join(label for label in (*LABELS, ARGUMENT) if label != "AWARD")}
[relations]
holds	Arg1:OFFICIAL, Arg2:TITLE
appointed	Arg1:OFFICIAL, Arg2:TITLE
removed	Arg1:OFFICIAL, Arg2:TITLE
<OVERLAP>	Arg1:<ANY>, Arg2:<ANY>, <OVL-TYPE>:<ANY>
[events]
AWARD	issuer?:<ANY>, presenter*:OFFICIAL, recipient*:<ANY>, reason?:<ANY>
[attributes]
Realis	Arg:AWARD, Value:true|false
"""
VISUAL_CONF = """[drawing]
OFFICIAL	bgColor:#e4c1f9
TITLE	bgColor:#bfe3f5
PLACE	bgColor:#c6ecc6
DATE	bgColor:#fbe7a1
AWARD	bgColor:#f9c0c0
ARGUMENT	bgColor:#dddddd
"""


def file_name(identity: str) -> str:
    """An id as a path below a folder; what no file name may hold is percent-encoded. :func:`identity` is the inverse."""
    parts = [_UNSAFE.sub(lambda match: quote(match[0], safe=""), part) for part in identity.split("/")]
    return "/".join(part.replace(".", "%2E") if part.strip(".") == "" else part for part in (p or "%00" for p in parts))


def identity(path: Path, root: Path) -> str:
    """The id of a file below ``root``, its suffix left out."""
    return "/".join(unquote(part).replace("\0", "") for part in path.relative_to(root).with_name(path.name[: -len(path.suffix)]).parts)


def export(documents: Iterable[dict]) -> Iterator[tuple[str, bytes]]:
    yield "annotation.conf", ANNOTATION_CONF.encode()
    yield "visual.conf", VISUAL_CONF.encode()
    for document in documents:
        name = file_name(document["id"])
        yield f"{name}.txt", document["text"].encode()
        yield f"{name}.ann", annotations(document).encode()


def stream(documents: Iterable[dict]) -> Iterator[bytes]:
    """The .ann of one document alone."""
    for document in documents:
        yield annotations(document).encode()


def annotations(document: dict) -> str:
    """The content of one .ann file."""
    text = document["text"]
    out: list[str] = []
    names: dict[str, str] = {}
    number = max((int(s["id"][1:]) for s in document["spans"] if re.fullmatch(r"e\d+", s["id"])), default=0)
    for span in document["spans"]:
        if re.fullmatch(r"e\d+", span["id"]):
            names[span["id"]] = "T" + span["id"][1:]
        else:
            number += 1
            names[span["id"]] = f"T{number}"
        out.append(_bound(names[span["id"]], span["label"], span["start"], span["end"], text))
    notes: list[tuple[str, str]] = []
    codes: list[tuple[str, str, str]] = []
    for span in document["spans"]:
        if span["label"] == "DATE" and span.get("value"):
            notes.append((names[span["id"]], span["value"]))
        elif span["label"] == "PLACE" and span.get("code"):
            codes.append((names[span["id"]], span["code"], _line(text[span["start"] : span["end"]])))
    extents: dict[tuple[int, int], str] = {}
    relations: list[str] = []
    events: list[str] = []
    realis = {s["id"]: s["realis"] for s in document["spans"] if s["label"] == "AWARD" and s.get("realis") is not None}

    def bound(value) -> str:
        nonlocal number
        if isinstance(value, str):
            return names[value]
        extent = (value[0], value[1])
        if extent not in extents:
            number += 1
            extents[extent] = f"T{number}"
            out.append(_bound(extents[extent], ARGUMENT, *extent, text))
        return extents[extent]

    for relation in document.get("relations", ()):
        if relation["type"] in PAIRS:
            relations.append(f"R{len(relations) + 1}\t{relation['type']} Arg1:{names[relation['official']]} Arg2:{names[relation['title']]}")
            if relation.get("date"):
                notes.append((f"R{len(relations)}", "date=" + bound(relation["date"])))
            continue
        arguments = []
        for role, label in _ROLE_OF.items():
            value = relation.get(role)
            if value is None:
                continue
            values = value if role in ("recipients", "presenters") else [value]
            arguments += [f"{label}{at if at > 1 else ''}:{bound(each)}" for at, each in enumerate(values, 1)]
        events.append(f"E{len(events) + 1}\t" + " ".join([f"AWARD:{names[relation['award']]}", *arguments]))
    attributes = [f"A{at}\tRealis {names[i]} {'true' if value else 'false'}" for at, (i, value) in enumerate(realis.items(), 1)]
    out += relations + events + attributes
    out += [f"N{at}\tReference {name} bantin:{code}\t{surface}" for at, (name, code, surface) in enumerate(codes, 1)]
    out += [f"#{at}\tAnnotatorNotes {name}\t{note}" for at, (name, note) in enumerate(notes, 1)]
    return "".join(line + "\n" for line in out)


def _bound(name: str, label: str, start: int, end: int, text: str) -> str:
    """One text-bound line; brat forbids a line end inside one, such a span is written in fragments."""
    pieces: list[tuple[int, int]] = []
    for match in re.finditer(r"[^\r\n]+", text[start:end]):
        pieces.append((start + match.start(), start + match.end()))
    pieces = pieces or [(start, end)]
    extents = ";".join(f"{a} {b}" for a, b in pieces)
    return f"{name}\t{label} {extents}\t{' '.join(_line(text[a:b]) for a, b in pieces)}"


def _line(text: str) -> str:
    return re.sub(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", " ", text)


def read(path: Path, known: Known) -> Iterator[dict]:
    """Documents of a folder of .ann and .txt files, or of one .ann file beside its .txt."""
    files = sorted(path.rglob("*.ann")) if path.is_dir() else [path]
    if not files:
        raise BantinError(f"{path}: no *.ann file")
    root = path if path.is_dir() else path.parent
    for file in files:
        try:
            text = file.with_name(file.name[:-4] + ".txt").read_bytes().decode()
            lines = file.read_bytes().decode().split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BantinError(f"{file}: {error}") from None
        yield _parse(identity(file, root), text, lines, file)


def _parse(name: str, text: str, lines: list[str], file: Path) -> dict:
    spans: dict[str, dict] = {}
    relations: dict[str, dict] = {}
    events: list[dict] = []
    notes: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        try:
            key, body, *rest = line.split("\t")
            kind, *words = body.split(" ")
            if key[0] == "T":
                offsets = [int(word) for word in re.findall(r"\d+", " ".join(words))]
                spans[key] = {"id": "e" + key[1:] if kind != ARGUMENT else "x" + key[1:], "start": offsets[0], "end": offsets[-1], "label": kind}
            elif key[0] == "R":
                arguments = dict(word.split(":", 1) for word in words)
                relations[key] = {"type": kind, "official": arguments["Arg1"], "title": arguments["Arg2"]}
            elif key[0] == "E":
                events.append({"award": kind.split(":", 1)[1], "arguments": [tuple(word.split(":", 1)) for word in words if word]})
            elif key[0] in "AM" and kind == "Realis":
                spans[words[0]]["realis"] = words[1] == "true"
            elif key[0] == "N":
                spans[words[0]]["code"] = words[1].partition(":")[2]
            elif key[0] == "#" and kind == "AnnotatorNotes":
                notes.append((words[0], rest[0].strip()))
        except (ValueError, KeyError, IndexError):
            raise BantinError(f"{file}: line {number}: not brat's stand-off form: {line[:60]!r}") from None
    for target, note in notes:
        if target in spans and spans[target]["label"] == "DATE":
            spans[target]["value"] = note
        elif target in relations and note.startswith("date=") and note[5:] in spans:
            relations[target]["date"] = spans[note[5:]]["id"]
    try:
        out = [{**relation, "official": spans[relation["official"]]["id"], "title": spans[relation["title"]]["id"]} for relation in relations.values()]
        out += [made for event in events if len(made := _event(event, spans)) > 2]
    except KeyError as error:
        raise BantinError(f"{file}: {error.args[0]} is referred to and not there") from None
    return {"id": name, "text": text, "spans": [span for span in spans.values() if span["label"] != ARGUMENT], "relations": out}


def _event(event: dict, spans: dict[str, dict]) -> dict:
    made: dict = {"type": "award", "award": spans[event["award"]]["id"]}
    for role, target in event["arguments"]:
        span = spans[target]
        extent = [span["start"], span["end"]]
        role = role.rstrip("0123456789")
        if role == "issuer":
            made["issuer"] = extent if span["label"] == ARGUMENT else span["id"]
        elif role == "reason":
            made["reason"] = extent
        elif role == "presenter":
            made.setdefault("presenters", []).append(span["id"])
        elif role == "recipient":
            made.setdefault("recipients", []).append(extent)
    return made
