"""A record that a notebook shows as the annotated article. It is a dict: equal to the plain one, and JSON
takes it as it is."""

from __future__ import annotations

from collections.abc import Iterable


class Record(dict):
    """What :func:`bantin.annotate` returns. The text is beside the record, not in it."""

    __slots__ = ("text",)

    def __init__(self, record: dict, text: str) -> None:
        super().__init__(record)
        self.text = text

    def __reduce__(self):
        return Record, (dict(self), self.text)

    def _repr_html_(self) -> str:
        from bantin.export.html import fragment

        return fragment(self, self.text)

    def to_pandas(self) -> dict:
        """Tables as DataFrames by name (officials, places, dates, awards, spans, relations): extra ``pandas``.

        Raises BantinError where pandas is missing.
        """
        return to_pandas([self])


def to_pandas(records: Iterable[dict]) -> dict:
    """One DataFrame a table over all records (their own ``text``, or the key ``text``). Raises BantinError."""
    from bantin.errors import BantinError
    from bantin.export.tables import frames

    documents = []
    for record in records:
        text = getattr(record, "text", None) or record.get("text")
        if text is None:
            raise BantinError(f"{record.get('id')}: the record has no text (bantin batch --with-text keeps it)")
        documents.append({**record, "text": text})
    return frames(documents)
