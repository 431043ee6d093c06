"""An annotated article for a terminal: the text coloured by label, and four tables.

Colours are the sixteen that every terminal theme defines, so that dark and light both read; a
label's letter follows each span, so that nothing is said by colour alone.
"""

from __future__ import annotations

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

STYLES = {
    "OFFICIAL": "bold magenta",
    "TITLE": "cyan",
    "PLACE": "green",
    "DATE": "yellow",
    "AWARD": "bold red",
}
NAMES = {"OFFICIAL": "officials", "TITLE": "titles", "PLACE": "places", "DATE": "dates", "AWARD": "awards"}


def render(record: dict, text: str) -> Group:
    """What ``bantin annotate`` shows of a record and its raw text."""
    return Group(_legend(), Text(), _coloured(record, text), Text(), *_tables(record, text))


def show(record: dict, text: str, width: int | None = None) -> None:
    """Print to standard output; width from the terminal, 100 columns when there is none."""
    console = Console(highlight=False, width=width)
    if not console.is_terminal and width is None:
        console = Console(highlight=False, width=100, soft_wrap=False)
    console.print(render(record, text))


def _legend() -> Text:
    legend = Text()
    for label, style in STYLES.items():
        legend.append("■ ", style=style)
        legend.append(NAMES[label] + "  ")
    return legend


def _coloured(record: dict, text: str) -> Text:
    shown = Text(visible(text))
    for span in sorted(record["spans"], key=lambda span: span["start"] - span["end"]):
        shown.stylize(STYLES[span["label"]], span["start"], span["end"])
        if span["label"] in ("TITLE", "AWARD"):
            shown.stylize("underline", span["start"], span["end"])
    return shown


def visible(text: str) -> str:
    """Control characters (a terminal would obey them) as a replacement sign; offsets stay."""
    return "".join(c if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0) else "\ufffd" for c in text)


def _tables(record: dict, text: str) -> list[Table]:
    surfaces = {span["id"]: visible(span["surface"]).replace("\n", " ") for span in record["spans"]}

    def said(value) -> str:
        return surfaces[value] if isinstance(value, str) else visible(text[value[0] : value[1]]).replace("\n", " ")

    tables = []
    if record["officials"]:
        table = _table("Officials", "name", "posts", "mentions")
        for person in record["officials"]:
            posts = "\n".join(surfaces[position["title"]] for position in person["positions"])
            table.add_row(Text(visible(person["name"]), style=STYLES["OFFICIAL"]), Text(posts), str(len(person["mentions"])))
        tables.append(table)
    places: dict[tuple, int] = {}
    for span in record["spans"]:
        if span["label"] == "PLACE":
            key = (surfaces[span["id"]], span.get("kind") or "", span.get("code") or "")
            places[key] = places.get(key, 0) + 1
    if places:
        table = _table("Places", "place", "kind", "code", "mentions")
        for (surface, kind, code), count in places.items():
            table.add_row(Text(surface, style=STYLES["PLACE"]), kind, code, str(count))
        tables.append(table)
    dates: dict[tuple, int] = {}
    for span in record["spans"]:
        if span["label"] == "DATE":
            key = (surfaces[span["id"]], span.get("value") or "?")
            dates[key] = dates.get(key, 0) + 1
    if dates:
        table = _table("Dates", "as written", "value (EDTF)", "mentions")
        for (surface, value), count in dates.items():
            table.add_row(Text(surface, style=STYLES["DATE"]), value, str(count))
        tables.append(table)
    if record["awards"]:
        table = _table("Awards", "award", "issuer", "handed over by", "to", "given")
        for award in record["awards"]:
            table.add_row(
                Text(surfaces[award["award"]], style=STYLES["AWARD"]),
                Text(said(award["issuer"]) if award.get("issuer") else ""),
                Text("\n".join(said(value) for value in award.get("presenters", []))),
                Text("\n".join(said(value) for value in award.get("recipients", []))),
                "yes" if award.get("realis") else "no",
            )
        tables.append(table)
    return tables


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
