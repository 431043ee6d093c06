"""bantin: who holds which office, where, when, and who was honoured with what.

    import bantin
    record = bantin.annotate("Sáng 9-1, đồng chí …", published="2022-01")
    nlp = bantin.load()                # a spaCy pipeline: doc.spans["officials"], doc._.record
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0.dev0"
__all__ = ["Article", "annotate", "load", "make_doc"]

if TYPE_CHECKING:
    from bantin.annotator import annotate, load, make_doc
    from bantin.article import Article


def __getattr__(name: str):
    # Imported when first asked for: `bantin --help` must not pay for spaCy and underthesea.
    if name in ("annotate", "load", "make_doc"):
        from bantin import annotator

        return getattr(annotator, name)
    if name == "Article":
        from bantin.article import Article

        return Article
    raise AttributeError(f"module 'bantin' has no attribute '{name}'")
