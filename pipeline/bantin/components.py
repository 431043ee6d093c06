"""spaCy's side: tokenizer, components and extensions. Importing this module imports spaCy; nothing
else of bantin does."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans
from spacy.vocab import Vocab

from bantin import annotator, record
from bantin.article import Article
from bantin.reading import Reading
from bantin.text.words import words


class WordTokenizer:
    """underthesea's words as a spaCy tokenizer; ``doc.text`` equals the NFC of the raw text."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        return self.read(Article(text))

    def read(self, article: Article) -> Doc:
        reading = Reading(article)
        reading.words = words(reading.text)
        doc = self._doc(reading)
        doc._.reading = reading
        return doc

    def _doc(self, reading: Reading) -> Doc:
        text = reading.source.nfc
        forms: list[str] = []
        spaces: list[bool] = []
        position = 0
        for span in reading.words:
            start, end = reading.source.to_nfc(*span)
            _gap(text, position, start, forms, spaces)
            forms.append(text[start:end])
            spaces.append(False)
            position = end
        _gap(text, position, len(text), forms, spaces)
        return Doc(self.vocab, words=forms, spaces=spaces)


def _gap(text: str, start: int, end: int, forms: list[str], spaces: list[bool]) -> None:
    """What stands between two words: the first plain space belongs to the word, the rest is a token."""
    if start == end:
        return
    if forms and text[start] == " ":
        spaces[-1] = True
        start += 1
    if start < end:
        forms.append(text[start:end])
        spaces.append(False)


class RoomComponent:
    """One room as a spaCy component."""

    def __init__(self, room: str) -> None:
        self.room = next(r for r in annotator.ROOMS if r.name == room)
        self.model = None

    def __call__(self, doc: Doc) -> Doc:
        annotator.run_room(self.room, doc._.reading, self.model or annotator.classifier())
        return doc


def finish(doc: Doc) -> Doc:
    """Spans and record of the finished reading. Words that a span cuts are split, so that every
    span is exactly a Doc span."""
    reading: Reading = doc._.reading
    extents = {
        label: [(reading.source.to_nfc(span.start, span.end), span) for span in reading.found.get(label, [])]
        for label in annotator.GROUPS
    }
    _split(doc, {offset for found in extents.values() for extent, _ in found for offset in extent})
    for label, group in annotator.GROUPS.items():
        spans = [doc.char_span(start, end, label=label) for (start, end), _ in extents[label]]
        assert None not in spans
        doc.spans[group] = spans
    doc.set_ents(filter_spans([span for label in ("OFFICIAL", "PLACE", "DATE", "AWARD") for span in doc.spans[annotator.GROUPS[label]]]))
    doc._.record = record.make(reading)
    return doc


def _split(doc: Doc, offsets: set[int]) -> None:
    cuts: dict[int, list[int]] = {}
    for token in doc:
        inside = [offset - token.idx for offset in offsets if token.idx < offset < token.idx + len(token.text)] if len(token.text) > 1 else []
        if inside:
            cuts[token.i] = sorted(inside)
    if not cuts:
        return
    with doc.retokenize() as retokenizer:
        for index, inside in cuts.items():
            text = doc[index].text
            edges = [0, *inside, len(text)]
            parts = [text[a:b] for a, b in zip(edges, edges[1:], strict=False)]
            retokenizer.split(doc[index], parts, heads=[(doc[index], 0)] * len(parts))


def register() -> None:
    """Doc extensions and factories; may be called again."""
    for name in ("reading", "record"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)
    if not Language.has_factory("bantin_room"):
        Language.factory("bantin_room", default_config={"room": "dates"}, func=lambda nlp, name, room: RoomComponent(room))
        Language.component("bantin_record", func=finish)
