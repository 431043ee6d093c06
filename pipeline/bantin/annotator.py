"""The pipeline: the only place that knows the order of the rooms.

``load()`` gives a spaCy ``Language``: a tokenizer (underthesea's words), one component a room, and
``record`` last. Each room runs its stages: propose candidates, describe them to the classifier,
accept; its resolver then gives values. What one room needs of another it takes from the Reading
that the Doc carries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bantin import awards, dates, officials, places, record
from bantin.article import Article
from bantin.classify import Classifier
from bantin.classify import load as load_classifier
from bantin.errors import ModelError
from bantin.notebook import Record
from bantin.reading import Candidate, Reading
from bantin.select import select
from bantin.text.words import words

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Stage:
    """One question of one room. ``accept`` takes the scored candidates and the threshold and writes
    what it accepts into the reading; None is the default: the best set without overlaps becomes
    ``reading.found[label]``."""

    question: str
    label: str
    propose: Callable[[Reading], list[Candidate]]
    describe: Callable[[Reading, list[Candidate]], None]
    accept: Callable[[Reading, list[Candidate], float], None] | None = None

    def take(self, reading: Reading, candidates: list[Candidate], threshold: float) -> None:
        if self.accept:
            self.accept(reading, candidates, threshold)
        else:
            reading.found[self.label] = select(candidates, threshold)


@dataclass(frozen=True)
class Room:
    """An extractor: its stages in order, and the resolver that runs after them."""

    name: str
    stages: tuple[Stage, ...]
    resolve: Callable[[Reading], None]


ROOMS: tuple[Room, ...] = (
    Room("dates", (Stage("date", "DATE", dates.candidates.propose, dates.features.describe, dates.resolve.accept),), dates.resolve.resolve),
    Room("places", (Stage("place", "PLACE", places.candidates.propose, places.features.describe),), places.resolve.resolve),
    Room(
        "officials",
        (
            Stage("title", "TITLE", officials.candidates.titles, officials.features.titles),
            Stage("official", "OFFICIAL", officials.candidates.names, officials.features.names, officials.resolve.wait),
            Stage("mention", "OFFICIAL", officials.candidates.mentions, officials.features.mentions, officials.resolve.accept_names),
            Stage("holds", "holds", officials.candidates.holds, officials.features.holds, officials.resolve.accept_holds),
        ),
        officials.resolve.resolve,
    ),
    Room(
        "awards",
        (
            Stage("award", "AWARD", awards.candidates.propose, awards.features.describe, awards.resolve.accept_awards),
            Stage("realis", "realis", awards.candidates.accepted, awards.features.realis, awards.resolve.accept_realis),
            Stage("presenter", "presenter", awards.candidates.roles("presenter"), awards.features.parts, awards.resolve.accept_part),
            Stage("issuer", "issuer", awards.candidates.roles("issuer"), awards.features.parts, awards.resolve.accept_part),
            Stage("recipient", "recipient", awards.candidates.roles("recipient"), awards.features.parts, awards.resolve.accept_part),
            Stage("reason", "reason", awards.candidates.roles("reason"), awards.features.parts, awards.resolve.accept_part),
            Stage("part end", "end", awards.parts.extents, awards.features.extents, awards.resolve.accept_roles),
        ),
        awards.resolve.resolve,
    ),
)

# How a label is called in doc.spans.
GROUPS = {"OFFICIAL": "officials", "TITLE": "titles", "PLACE": "places", "DATE": "dates", "AWARD": "awards"}


def run_room(room: Room, reading: Reading, classifier: Classifier) -> None:
    """All stages and the resolver of one room over one reading."""
    for stage in room.stages:
        candidates = stage.propose(reading)
        stage.describe(reading, candidates)
        threshold = classifier.score(stage.question, candidates)
        reading.proposed[stage.question] = candidates
        stage.take(reading, candidates, threshold)
    room.resolve(reading)


def models_folder() -> Path:
    """Where the shipped weights lie. Raises ModelError if the package is not installed."""
    try:
        import bantin_models
    except ImportError:
        raise ModelError("the package bantin_models is missing: install bantin again") from None
    return Path(bantin_models.__file__).parent


@lru_cache(maxsize=4)
def classifier(folder: Path | None = None) -> Classifier:
    return load_classifier(folder or models_folder())


def read(article: Article, model: Classifier | None = None, rooms: Iterable[Room] = ROOMS) -> Reading:
    """Annotate without spaCy: the reading with everything found (batch runs and training use it)."""
    model = model or classifier()
    reading = Reading(article)
    reading.words = words(reading.text)
    for room in rooms:
        run_room(room, reading, model)
    return reading


def annotate(text: str | Article, published: str | None = None, id: str = "article", source: str | None = None) -> Record:
    """The record of one article (the schema of docs/record.md): a dict that a notebook shows as the
    annotated text, with ``to_pandas()``.

    ``published`` is a day, month or year. Raises ArticleError on empty text, UsageError on an
    impossible ``published``.
    """
    from bantin.article import parse_published

    if isinstance(text, str):
        text = Article(text, id=id, published=parse_published(published) if published else None, source=source)
    return Record(record.make(read(text)), text.text)


def load(model: Path | None = None) -> Language:
    """A spaCy pipeline: ``nlp(text)`` or, with what is known of it, ``nlp(bantin.article_doc(nlp, article))``.

    ``doc.spans["officials"]`` (titles, places, dates, awards) hold the spans, ``doc._.record`` the
    record, ``doc._.reading`` the working state. Raises ModelError, LexiconError.
    """
    import spacy
    from spacy.tokens import Doc

    from bantin import components

    components.register()
    weights = classifier(model)
    nlp = spacy.blank("vi", config={"nlp": {"tokenizer": {"use_pyvi": False}}})
    nlp.tokenizer = components.WordTokenizer(nlp.vocab)
    for room in ROOMS:
        nlp.add_pipe("bantin_room", name=f"bantin_{room.name}", config={"room": room.name})
        nlp.get_pipe(f"bantin_{room.name}").model = weights
    nlp.add_pipe("bantin_record")
    assert Doc.has_extension("record")
    return nlp


def make_doc(nlp: Language, article: Article) -> Doc:
    """The Doc of an article with its metadata, to be given to ``nlp``."""
    return nlp.tokenizer.read(article)  # type: ignore[attr-defined]
