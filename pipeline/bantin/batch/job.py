"""What a run is asked to do. A Job is plain data: it goes to every worker, and its fingerprint says
whether two runs may share a folder."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import bantin
from bantin.readers import Fields
from bantin.record import SCHEMA

ANNOTATOR = "bantin.batch.guard:annotator"


@dataclass(frozen=True)
class Job:
    """``out``: the output folder or URL. ``timeout``: seconds an article may take. ``max_chars``:
    characters it may have. ``annotator``: ``module:function``, called once in each guarded process
    with this Job; it returns the function ``Article -> record`` (a dict) that is used. ``shard_bytes``: 0 until
    it is chosen by the size of the input. ``expects``: the fingerprint that a worker of another machine must come to."""

    out: str
    fields: Fields = field(default_factory=Fields)
    compression: str = ""
    tables: str = ""
    with_text: bool = False
    shard_bytes: int = 0
    limit: int | None = None
    timeout: float = 60.0
    max_chars: int = 1_000_000
    model: str | None = None
    annotator: str = ANNOTATOR
    expects: str = ""

    @property
    def suffix(self) -> str:
        return ".jsonl" + self.compression

    def identity(self) -> dict:
        """All that the output is a function of, besides the input."""
        chosen = asdict(self)
        del chosen["out"], chosen["model"], chosen["expects"]
        known = {"bantin": bantin.__version__, "schema": SCHEMA, "options": chosen}
        if self.annotator == ANNOTATOR:
            known |= {"model": model_hash(self.model), "lexicons": lexicon_hashes()}
        return known

    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(self.identity(), sort_keys=True).encode()).hexdigest()


def model_hash(folder: str | None) -> dict:
    """The SHA-256 of the weights' files. Raises ModelError."""
    from bantin.annotator import classifier

    return classifier(Path(folder) if folder else None).manifest["sha256"]


def lexicon_hashes() -> dict[str, str]:
    """One SHA-256 a room over its lexicons, in order of their names."""
    root = Path(bantin.__file__).parent
    found = {}
    for folder in sorted(root.glob("*/lexicon")):
        digest = hashlib.sha256()
        for path in sorted(folder.glob("*.tsv")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
        found[folder.parent.name] = digest.hexdigest()
    return found
