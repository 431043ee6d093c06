"""Places out of records: as Linked Places JSON and as CSV, both without coordinates.

Linked Places (https://github.com/LinkedPasts/linked-places-format, v1.1) is GeoJSON-LD for
gazetteers: a FeatureCollection with one feature a place, its names as attested, its types, what it
is part of, and when. Here a feature is a unit (code and the period in which the code meant it; a
code alone is no identity) or a name that no unit was found for. ``geometry`` is null: no source of
coordinates with a clear licence is in the project.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from bantin.places import units

CONTEXT = "https://raw.githubusercontent.com/LinkedPasts/linked-places/master/linkedplaces-context-v1.1.jsonld"
BASE = "urn:bantin:place:"
FIELDS = (
    "record", "span", "start", "end", "surface", "kind", "code", "code_date", "unit", "parents", "parent_names", "successor", "candidates", "confidence",
)  # fmt: skip
# Getty AAT concepts of the kinds, as the World Historical Gazetteer's subset of the AAT lists them;
# kinds without one keep their own label alone.
_AAT = {
    "province": ("aat:300000774", "province"),
    "district": ("aat:300236157", "political division"),
    "commune": ("aat:300236157", "political division"),
    "country": ("aat:300128207", "nation"),
    "region": ("aat:300182722", "region (geographic)"),
}


def collection(records: Iterable[dict]) -> dict:
    """One FeatureCollection of all places of the records, in order of their first mention."""
    table = units.load()
    features: dict[str, dict] = {}
    for record in records:
        for span in record["spans"]:
            if span["label"] != "PLACE":
                continue
            unit = _unit(table, span)
            key = f"{unit.code}:{unit.valid_from}" if unit else f"{record['id']}:{span['kind']}:{units.key(span['surface'])}"
            feature = features.get(key)
            if feature is None:
                feature = features[key] = _feature(table, BASE + key, span, unit)
            _attest(feature, record, span)
    return {"type": "FeatureCollection", "@context": CONTEXT, "features": list(features.values())}


def _unit(table: units.Units, span: dict) -> units.Unit | None:
    return table.at(span["code"], span["code_date"]) if span.get("code") and span.get("code_date") else None


def _feature(table: units.Units, identifier: str, span: dict, unit: units.Unit | None) -> dict:
    concept, label = _AAT.get(span["kind"], ("", span["kind"]))
    kind = {"label": label, "sourceLabels": [{"label": unit.kind if unit else span["kind"], "lang": "vi" if unit else "en"}]}
    if concept:
        kind = {"identifier": concept, **kind}
    feature: dict = {
        "@id": identifier,
        "type": "Feature",
        "properties": {"title": unit.full if unit else " ".join(span["surface"].split())},
        "names": [],
        "types": [kind],
        "geometry": None,
    }
    if unit:
        feature["properties"] |= {"ccodes": ["VN"], "code": unit.code}
        feature["when"] = {"timespans": [_timespan(unit)]}
    relations = [_part(table, code, span["code_date"]) for code in span.get("parents", ())[:1]]
    relations += [_successor(code) for code in span.get("successor", ())]
    if relations:
        feature["relations"] = relations
    if span.get("candidates"):
        feature["links"] = [{"type": "closeMatch", "identifier": f"{BASE}{code}"} for code in span["candidates"]]
    return feature


def _timespan(unit: units.Unit) -> dict:
    # the first day of the record says only that the unit stood then: it may be older
    start = {"latest" if unit.valid_from == units.FIRST_DAY else "in": unit.valid_from}
    return {"start": start} | ({"end": {"in": unit.valid_to}} if unit.valid_to else {})


def _part(table: units.Units, code: str, day: str) -> dict:
    parent = table.at(code, day)
    of = f"{parent.code}:{parent.valid_from}" if parent else code
    return {"relationType": "gvp:broaderPartitive", "relationTo": BASE + of, "label": f"part of {parent.full if parent else code}", "when": {"timespans": [{"start": {"in": day}}]}}


def _successor(code: str) -> dict:
    return {"relationType": "gvp:tgn3000_related_to", "relationTo": f"{BASE}{code}:{units.REFORM_DAY}", "label": "succeeded by"}


def _attest(feature: dict, record: dict, span: dict) -> None:
    name = " ".join(span["surface"].split())
    citation = {"label": record.get("title") or record["id"], "@id": f"urn:sha256:{record['sha256']}"}
    for known in feature["names"]:
        if known["toponym"] == name:
            if citation not in known["citations"]:
                known["citations"].append(citation)
            return
    feature["names"].append({"toponym": name, "lang": "vi", "citations": [citation]})


def write_csv(records: Iterable[dict], out: TextIO) -> int:
    """One line a mention, with a header; lists are joined by "|". Returns the number of lines.

    ``start`` and ``end`` are code points of the raw text. The stream must have been opened with ``newline=""``.
    """
    table = units.load()
    writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for record in records:
        for span in record["spans"]:
            if span["label"] != "PLACE":
                continue
            unit = _unit(table, span)
            parents = [table.at(code, span["code_date"]) for code in span.get("parents", ())]
            writer.writerow(
                {
                    "record": record["id"],
                    "span": span["id"],
                    "start": span["start"],
                    "end": span["end"],
                    "surface": " ".join(span["surface"].split()),
                    "kind": span["kind"],
                    "code": span.get("code") or "",
                    "code_date": span.get("code_date") or "",
                    "unit": unit.full if unit else "",
                    "parents": "|".join(span.get("parents", ())),
                    "parent_names": "|".join(parent.full for parent in parents if parent),
                    "successor": "|".join(span.get("successor", ())),
                    "candidates": "|".join(span.get("candidates", ())),
                    "confidence": span["confidence"],
                }
            )
            count += 1
    return count
