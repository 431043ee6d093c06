"""An annotated article as HTML: a page that stands alone, and the fragment that a notebook shows.

Everything of the article is escaped; nothing is fetched; no script runs. A span's fields are its tip.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from bantin.export import view

_STYLE = """
.bantin{--official:#8e24aa;--title:#0277bd;--place:#2e7d32;--date:#8d6e00;--award:#c62828;--ink:#1b1b1b;--paper:#fff;--rule:#d0d0d0;
color:var(--ink);background:var(--paper);font:16px/1.9 system-ui,sans-serif;padding:.75em 1em;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){.bantin{--official:#ce93d8;--title:#81d4fa;--place:#a5d6a7;--date:#ffe082;--award:#ef9a9a;--ink:#eee;--paper:#181818;--rule:#444}}
.bantin .text{white-space:pre-wrap;max-width:48em}
.bantin mark{color:inherit;background:color-mix(in srgb,var(--c) 16%,transparent);border-bottom:2px solid var(--c);border-radius:3px 3px 0 0;padding:0 .1em;
-webkit-box-decoration-break:clone;box-decoration-break:clone}
.bantin mark mark{padding-bottom:.22em}
.bantin .OFFICIAL{--c:var(--official)}.bantin .TITLE{--c:var(--title)}.bantin .PLACE{--c:var(--place)}.bantin .DATE{--c:var(--date)}.bantin .AWARD{--c:var(--award)}
.bantin table{border-collapse:collapse;margin:.6em 0 1.2em;color:inherit;background:none}
.bantin caption{text-align:left;font-weight:700;padding:.2em 0}
.bantin th,.bantin td{text-align:left;vertical-align:top;padding:.15em 1em .15em 0;border-top:1px solid var(--rule);line-height:1.5;background:none}
.bantin th{font-weight:400;opacity:.75;border:0}
.bantin .key span{border-bottom:2px solid var(--c);margin-right:1em}
"""


def fragment(record: dict, text: str) -> str:
    """Style, text and tables in one ``<div class="bantin">``."""
    key = "".join(f'<span class="{label}">{name}</span>' for label, name in view.NAMES.items())
    return f'<div class="bantin"><style>{_STYLE}</style><p class="key">{key}</p><div class="text" lang="vi">{marked(record, text)}</div>{"".join(_tables(record, text))}</div>'


def marked(record: dict, text: str) -> str:
    out: list[str] = []
    for kind, piece in view.nested(text, record["spans"]):
        if kind == "text":
            out.append(escape(piece))
        elif kind == "open":
            tip = "\n".join(f"{name}: {value}" for name, value in view.about(piece))
            out.append(f'<mark class="{escape(piece["label"])}" data-id="{escape(piece["id"])}" title="{escape(tip)}">')
        else:
            out.append("</mark>")
    return "".join(out)


def _tables(record: dict, text: str) -> Iterator[str]:
    rows = [[p["name"], "\n".join(post["title"] for post in p["posts"]), str(len(p["mentions"]))] for p in view.people(record, text)]
    yield _table("Officials", ("name", "posts", "mentions"), rows)
    rows = [[p["name"], p["kind"], p["code"], ", ".join(p["chain"]), str(len(p["mentions"]))] for p in view.places(record, text)]
    yield _table("Places", ("place", "kind", "code", "part of", "mentions"), rows)
    rows = [[d["text"], d["value"], str(len(d["mentions"]))] for d in view.dates(record, text)]
    yield _table("Dates", ("as written", "value (EDTF)", "mentions"), rows)
    rows = [[a["award"], a["issuer"], "\n".join(a["presenters"]), "\n".join(a["recipients"]), "yes" if a["given"] else "no"] for a in view.awards(record, text)]
    yield _table("Awards", ("award", "issuer", "handed over by", "to", "given"), rows)


def _table(title: str, columns: tuple[str, ...], rows: list[list[str]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell).replace(chr(10), '<br>')}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def export(documents: Iterable[dict]) -> Iterator[bytes]:
    """One page of all documents."""
    yield b'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    yield b"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline'\">"
    yield b'<title>bantin</title><style>:root{color-scheme:light dark}body{margin:0}</style></head><body>'
    for document in documents:
        yield fragment(document, document["text"]).encode()
    yield b"</body></html>\n"
