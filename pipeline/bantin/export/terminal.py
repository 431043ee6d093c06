"""An annotated article for a terminal: the text coloured by label, and four tables.

Colours are the sixteen that every terminal theme defines, so that dark and light both read. Where
there is no colour (``NO_COLOR``, a file, a pipe) spans stand in brackets after their label's letter:
nothing is said by colour alone. Nothing is cut off: lines and cells fold.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bantin.export import view
from bantin.markup import LETTERS

STYLES = {"OFFICIAL": "bold magenta", "TITLE": "cyan", "PLACE": "green", "DATE": "yellow", "AWARD": "bold red"}
NAMES = {"OFFICIAL": "officials", "TITLE": "titles", "PLACE": "places", "DATE": "dates", "AWARD": "awards"}
_WITHOUT_TERMINAL = 100
_LEAST = 20
_PROSE = 100  # columns of running text, however wide the terminal is


def render(record: dict, text: str, width: int = _WITHOUT_TERMINAL, colour: bool = True) -> Group:
    """What ``bantin annotate`` shows of a record and its raw text."""
    parts: list[RenderableType] = [_legend(colour), Text(), _wrapped(_text(record, text, colour), min(width, _PROSE))]
    for table in _tables(record, text, width):
        parts += [Text(), table]
    return Group(*parts)


def show(record: dict, text: str, width: int | None = None) -> None:
    """Print to standard output. The width is ``width``, else the terminal's, else 100 columns."""
    console = _console(width)
    printed(render(record, text, console.width, console.color_system is not None and not console.no_color), width)


def printed(shown: RenderableType, width: int | None = None) -> None:
    """Print any renderable as :func:`show` does; the lines of a pipe carry no spaces that only fill it."""
    console = _console(width)
    if console.is_terminal:
        console.print(shown)
        return
    with console.capture() as capture:
        console.print(shown)
    sys.stdout.write("".join(line.rstrip() + "\n" for line in capture.get().split("\n")[:-1]))


def _console(width: int | None) -> Console:
    if width is None:
        # rich takes 80 columns where standard output is no terminal.
        width = Console().width if Console().is_terminal else _WITHOUT_TERMINAL
    return Console(highlight=False, width=max(width, _LEAST))


def _legend(colour: bool) -> Text:
    legend = Text()
    for label in STYLES:
        if colour:
            legend.append(NAMES[label], style=_style(label))
        else:
            legend.append(f"{LETTERS[label]}[{NAMES[label]}]")
        legend.append("  ")
    legend.rstrip()
    return legend


def _style(label: str) -> str:
    # The layers that hold others are underlined: what is nested keeps its own colour on their line.
    return STYLES[label] + (" underline" if label in ("TITLE", "AWARD") else "")


def _text(record: dict, text: str, colour: bool) -> Text:
    shown = Text(no_wrap=False, overflow="fold")
    stack: list[str] = []
    for kind, piece in view.nested(text, record["spans"]):
        if kind == "text":
            shown.append(visible(piece), style=_join(stack) if colour else "")
        elif kind == "open":
            stack.append(piece["label"])
            if not colour:
                shown.append(f"{LETTERS[piece['label']]}[")
        else:
            stack.pop()
            if not colour:
                shown.append("]")
    return shown


def _wrapped(text: Text, width: int) -> Text:
    """Lines of ``width`` columns without the space at their ends, which an underline would show."""
    lines = text.wrap(Console(width=width), width, overflow="fold")
    for line in lines:
        line.rstrip()
    while lines and not lines[-1].plain:
        lines.pop()
    return Text("\n").join(lines)


def _join(stack: list[str]) -> str:
    if not stack:
        return ""
    underlined = any(label in ("TITLE", "AWARD") for label in stack)
    return STYLES[stack[-1]] + (" underline" if underlined else "")


def visible(text: str) -> str:
    """Text that a terminal shows and does not obey: composed (rich would count a mark as a cell of its
    own in some terminals), line ends as line feeds, control and direction signs as a replacement sign."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return "".join(c if c == "\n" or not _dangerous(c) else "\ufffd" for c in text)


def _dangerous(character: str) -> bool:
    code = ord(character)
    return code < 32 or 0x7F <= code < 0xA0 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or code in (0x2028, 0x2029)


def _tables(record: dict, text: str, width: int) -> Iterator[RenderableType]:
    def cell(value: str, style: str = "") -> Text:
        return Text(visible(value), style=style, overflow="fold")

    people = view.people(record, text)
    if people:
        rows = [[cell(p["name"], STYLES["OFFICIAL"]), cell("\n".join(("(former) " if t["former"] else "") + t["title"] for t in p["posts"])), cell(str(len(p["mentions"])))] for p in people]
        yield _table("Officials", ("name", "posts", "mentions"), rows, width)
    places = view.places(record, text)
    if places:
        rows = [[cell(p["name"], STYLES["PLACE"]), cell(p["kind"]), cell(p["code"]), cell(", ".join(p["chain"])), cell(str(len(p["mentions"])))] for p in places]
        yield _table("Places", ("place", "kind", "code", "part of", "mentions"), rows, width)
    dates = view.dates(record, text)
    if dates:
        rows = [[cell(d["text"], STYLES["DATE"]), cell(d["value"]), cell(str(len(d["mentions"])))] for d in dates]
        yield _table("Dates", ("as written", "value (EDTF)", "mentions"), rows, width)
    awards = view.awards(record, text)
    if awards:
        rows = [[cell(a["award"], STYLES["AWARD"]), cell(a["issuer"]), cell("\n".join(a["presenters"])), cell("\n".join(a["recipients"])), cell("yes" if a["given"] else "no")] for a in awards]
        yield _table("Awards", ("award", "issuer", "handed over by", "to", "given"), rows, width)


def _table(title: str, columns: tuple[str, ...], rows: list[list[Text]], width: int) -> RenderableType:
    """A table, or, where its longest words would be broken, a list with one line a field."""
    filled = [at for at in range(len(columns)) if at == 0 or any(row[at].plain for row in rows)]
    columns = tuple(columns[at] for at in filled)
    rows = [[row[at] for at in filled] for row in rows]
    least = sum(min(_LEAST, max(cell_len(columns[at]), *(cell_len(word) for row in rows for word in row[at].plain.split() or [""]))) + 3 for at in range(len(columns)))
    wanted = sum(max(cell_len(columns[at]), *(cell_len(line) for row in rows for line in row[at].plain.split("\n"))) + 3 for at in range(len(columns)))
    if least > width or (wanted > width * 2 and len(columns) > 3):
        return _list(title, columns, rows)
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", show_edge=False, pad_edge=False)
    for column in columns:
        # Short columns keep their words whole; the others share what is left.
        longest = max(cell_len(column), *(cell_len(line) for row in rows for line in row[columns.index(column)].plain.split("\n")))
        table.add_column(column, overflow="fold", min_width=min(longest, 12), no_wrap=longest <= 12)
    for row in rows:
        table.add_row(*row)
    return table


def _list(title: str, columns: tuple[str, ...], rows: list[list[Text]]) -> Group:
    parts: list[RenderableType] = [Text(title, style="bold")]
    for row in rows:
        parts.append(row[0])
        for name, value in zip(columns[1:], row[1:], strict=True):
            if value.plain:
                line = Text(f"{name}: ", style="dim")
                line.append(value.plain.replace("\n", "; "))
                parts.append(Padding(Text(line.plain, overflow="fold"), (0, 0, 0, 2)))
    return Group(*parts)
