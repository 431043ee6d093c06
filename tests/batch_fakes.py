"""Annotators for the fault tests: quick, and each does to its process what the text asks for."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from pathlib import Path


def fake(job):
    def annotate(article) -> dict:
        text = article.text
        if "<raise>" in text:
            raise ValueError(f"poison in {article.id} at {object()!r}")
        if "<exit>" in text:
            sys.exit(7)
        if "<kill>" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "<leave>" in text:
            os._exit(0)
        if "<hang>" in text:
            while True:
                pass
        if "<slow>" in text:
            time.sleep(0.02)
        if "<once:" in text:  # kills its process the first time, as a killer from outside would
            mark = Path(text.partition("<once:")[2].partition(">")[0])
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        start = text.find("ngày")
        spans = [{"id": "e1", "start": start, "end": start + 4, "label": "DATE", "surface": "ngày", "confidence": 0.5, "rule": "fake", "value": "2022"}] if start >= 0 else []
        return {
            "schema": "1", "id": article.id, "title": article.title, "published": str(article.published) if article.published else None,
            "source": article.source, "sha256": hashlib.sha256(text.encode()).hexdigest(), "spans": spans, "relations": [], "officials": [], "awards": [],
        }  # fmt: skip

    return annotate


def broken(job):
    raise ValueError("this annotator cannot be loaded")


def dies(job):
    os.kill(os.getpid(), signal.SIGKILL)
