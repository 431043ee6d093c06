"""The formats, one room each, and the one list of them.

A room's doors: ``export(documents)`` gives bytes (one file) or ``(name, bytes)`` pairs (a folder);
``stream(documents)`` is a folder format's form for standard output; ``read(path, known)`` gives
documents back. Documents are records (or gold) with their ``text``: :mod:`bantin.export.document`.
Modules are imported when a format is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from bantin.errors import UsageError


@dataclass(frozen=True)
class Format:
    """``door`` and ``reader`` are ``module:function`` below ``bantin.export``. ``folder``: many files.
    ``resolved``: it needs records of the annotator; gold alone has not what it shows. ``text``: it needs the text."""

    name: str
    what: str
    loss: str
    door: str
    reader: str = ""
    stream: str = ""
    folder: bool = False
    text: bool = True
    resolved: bool = False
    suffix: str = ".jsonl"

    def export(self, documents: Iterable[dict], **options) -> Iterator:
        return _load(self.door)(documents, **options)

    def streamed(self, documents: Iterable[dict], **options) -> Iterator[bytes]:
        """The bytes for standard output. Raises UsageError if the format is a folder and has none."""
        if not self.folder:
            return self.export(documents, **options)
        if not self.stream:
            raise UsageError(f"--to {self.name}: many files; give --out FOLDER")
        return _load(self.stream)(documents, **options)

    def read(self, path, known) -> Iterator[dict]:
        if not self.reader:
            raise UsageError(f"--from {self.name}: can be written only; readable are {', '.join(f.name for f in FORMATS.values() if f.reader)}")
        return _load(self.reader)(path, known)


def _load(door: str) -> Callable:
    module, _, function = door.partition(":")
    return getattr(import_module(f"bantin.export.{module}"), function)


_VALUES = "confidences, rules and resolved values (parents, successors, posts)"

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("json", "the record itself, one a line", "nothing (the text is not in it: --with-text)", "plain:records", "plain:read", text=False),
        Format("gold", "gold JSON lines: text, spans, relations, to correct by hand", _VALUES, "plain:gold", "plain:read"),
        Format(
            "marked",
            "the notation of corpus/, one file an article",
            _VALUES + "; spans that cross; ids are given anew",
            "plain:marked",
            "plain:read",
            "plain:marked_stream",
            folder=True,
            suffix=".txt",
        ),
        Format("html", "one page that stands alone: the annotated text and its tables", "can be written only", "html:export", resolved=True, suffix=".html"),
        Format("brat", "brat stand-off: NAME.txt, NAME.ann, configuration", _VALUES + "; the published day; brat's server reads CR LF as LF", "brat:export", "brat:read", "brat:stream", folder=True),
        Format(
            "conll",
            "CoNLL columns, IOB2, a file a layer (standard output: a column a layer)",
            "relations, values, the text between tokens: --articles gives them back",
            "conll:export",
            "conll:read",
            "conll:stream",
            folder=True,
            suffix=".conll",
        ),
        Format("spacy", "spaCy DocBin with span groups", _VALUES, "spacy_docs:export", "spacy_docs:read", suffix=".spacy"),
        Format("spacy-json", "JSON lines of spaCy's Doc.to_json", _VALUES, "spacy_docs:export_json", "spacy_docs:read_json"),
        Format(
            "labelstudio",
            "Label Studio tasks with predictions (its configuration: bantin labelstudio)",
            _VALUES + " but for the spans' scores; more than three award relations of one AWARD",
            "labelstudio:export",
            "labelstudio:read",
            suffix=".json",
        ),
        Format("doccano", "doccano JSON lines with entities and relations", _VALUES + "; values cannot be edited in doccano", "doccano:export", "doccano:read"),
        Format("prodigy", "Prodigy JSON lines with tokens, spans, relations", _VALUES, "prodigy:export", "prodigy:read"),
        Format("webannotation", "W3C Web Annotation, an AnnotationPage a line", _VALUES + "; the text: --articles gives it back", "webannotation:export", "webannotation:read"),
        Format("csv", "tables for spreadsheets (standard output: the spans)", "the text: --articles gives it back", "tables:export", "tables:read", "tables:stream", folder=True, suffix=".csv"),
        Format("parquet", "the same tables as Parquet (extra parquet)", "the text: --articles gives it back", "tables:export_parquet", "tables:read_parquet", folder=True, suffix=".parquet"),
        Format(
            "timeml",
            "TimeML inline: the dates as TIMEX3, one file an article",
            "everything but dates; can be written only",
            "dates:export",
            "",
            "dates:stream",
            folder=True,
            resolved=True,
            suffix=".tml",
        ),
        Format(
            "linked-places", "Linked Places JSON (GeoJSON-LD, without coordinates)", "everything but places; offsets; can be written only", "places:linked", text=False, resolved=True, suffix=".json"
        ),
        Format("places-csv", "one line a place mention, with its chain of units", "everything but places; can be written only", "places:csv", text=False, resolved=True, suffix=".csv"),
        Format(
            "popolo",
            "Popolo JSON: persons, posts, memberships, organisations",
            "everything but people and posts; offsets but in sources; can be written only",
            "popolo:export",
            text=False,
            resolved=True,
            suffix=".json",
        ),
        Format("followthemoney", "FollowTheMoney entities, one a line", "everything but people and posts; offsets; can be written only", "followthemoney:export", text=False, resolved=True),
    )
}


def get(name: str, option: str = "--to") -> Format:
    """The format of that name. Raises UsageError that lists them."""
    try:
        return FORMATS[name]
    except KeyError:
        raise UsageError(f"{option}: '{name}' is none of {', '.join(FORMATS)}") from None
