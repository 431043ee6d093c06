"""The register of people as a table for a terminal or a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bantin.export.terminal import visible


def show(entries: Sequence[dict], width: int | None = None) -> None:
    """Print entries (:func:`bantin.officials.register.as_json`): a person a block, a post a line."""
    terminal = sys.stdout.isatty()
    console = Console(highlight=False, width=width or (shutil.get_terminal_size((100, 24)).columns if terminal else 100))
    table = Table(show_edge=False, pad_edge=False, header_style="dim")
    for column, least in (("person", 16), ("post", 24), ("first seen", 10), ("last seen", 10), ("articles", 8)):
        table.add_column(column, overflow="fold", min_width=least, no_wrap=least == 10)
    for entry in entries:
        name = entry["name"]
        for post in entry["posts"] or [None]:
            cells = (post["title"], post["first"] or "?", post["last"] or "?", str(post["articles"])) if post else ("", "", "", str(entry["articles"]))
            table.add_row(Text(visible(name), style="bold"), *(Text(visible(cell)) for cell in cells))
            name = ""
        for clash in entry["contradictions"]:
            table.add_row("", Text(visible(f"! {clash['kind']}: {clash['post']} / {clash['with']}"), style="red"), clash["first"], clash["last"], "")
    with console.capture() as capture:
        console.print(table)
    text = capture.get()
    sys.stdout.write(text if terminal else "".join(line.rstrip() + "\n" for line in text.split("\n")[:-1]))
