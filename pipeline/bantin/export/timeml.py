"""A record's dates as inline TimeML: TIMEX3 elements in the article's text (ISO 24617-1, TimeML 1.2.1).

The ends of an interval that have no words of their own are empty TIMEX3 elements after the text, to
which ``beginPoint`` and ``endPoint`` refer, as TimeML asks.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

# Characters that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN = ("type", "value", "mod", "quant", "freq")


def render(record: dict, text: str) -> str:
    """An XML document; ``text`` is the raw text to which the record's offsets refer.

    The content of ``<TEXT>`` is that text to the character (what XML forbids is U+FFFD; carriage
    returns are character references, since parsers change bare ones).
    """
    points: dict[str, str] = {}
    out: list[str] = []
    position = 0
    dates = [span for span in record["spans"] if span["label"] == "DATE"]
    for number, span in enumerate(dates, 1):
        attributes = {"tid": f"t{number}", **{key: span["timex"][key] for key in _PLAIN if key in span["timex"]}, "temporalFunction": "false"}
        for edge in ("beginPoint", "endPoint"):
            if point := span["timex"].get(edge):
                attributes[edge] = points.setdefault(point, f"t{len(dates) + len(points) + 1}")
        out.append(_text(text[position : span["start"]]))
        out.append(f"<TIMEX3{_attributes(attributes)}>{_text(text[span['start'] : span['end']])}</TIMEX3>")
        position = span["end"]
    out.append(_text(text[position:]))
    created = ""
    if record.get("published"):
        created = f"<DCT><TIMEX3{_attributes({'tid': 't0', 'type': 'DATE', 'value': record['published'], 'functionInDocument': 'PUBLICATION_TIME'})}>{record['published']}</TIMEX3></DCT>\n"
    ends = "".join(f"<TIMEX3{_attributes({'tid': tid, 'type': 'TIME' if 'T' in point else 'DATE', 'value': point})}/>\n" for point, tid in points.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<TimeML>\n<DOCID>{_text(record["id"])}</DOCID>\n{created}<TEXT>{"".join(out)}</TEXT>\n{ends}</TimeML>\n'


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text), {"\r": "&#13;"})


def _attributes(values: dict[str, str]) -> str:
    return "".join(f" {key}={quoteattr(value)}" for key, value in values.items())
