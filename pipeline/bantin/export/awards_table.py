"""The awards of a dump, or their counts, as a table for a terminal or a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bantin.export.terminal import visible

_WORDS = {"realis": "given", "events": "given", "recipients": "to"}
_NUMBERS = ("count", "events", "recipients")


def show(rows: Sequence[dict], columns: Sequence[str], width: int | None = None) -> None:
    """Print rows of :mod:`bantin.awards.register`."""
    terminal = sys.stdout.isatty()
    console = Console(highlight=False, width=width or (shutil.get_terminal_size((120, 24)).columns if terminal else 120))
    table = Table(show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(_WORDS.get(column, column), overflow="fold", justify="right" if column in _NUMBERS else "left", no_wrap=column == "date", min_width=10 if column == "date" else None)
    for row in rows:
        cells = ("" if row[column] is None else {True: "yes", False: "no"}.get(row[column], str(row[column])) if isinstance(row[column], bool) else str(row[column]) for column in columns)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    with console.capture() as capture:
        console.print(table)
    text = capture.get()
    sys.stdout.write(text if terminal else "".join(line.rstrip() + "\n" for line in text.split("\n")[:-1]))
