"""The words of underthesea from its own weights, about ten times faster than ``word_tokenize``.

``word_tokenize`` spends most of its time writing 43 feature strings a token and looking each up. Here
the weights of the installed package are read once into one table a feature template, the tokens of a
whole article become rows of these tables, and the emissions are 43 additions of arrays, made in
underthesea's order, so that the sums are the same to the last bit. Viterbi then runs over two labels.

Nothing of underthesea is copied: its regular expression, templates, dictionary and weights are read
from the installed files without importing the package, and only if these are the very files and
versions that ``tests/test_words.py`` proved equal (``Unproven`` otherwise). Sources: underthesea 9.5
(Apache-2.0), ``regex_tokenize.py``; underthesea_core 3.3 ``featurizers.rs``, ``crf/tagger.rs``; the
CRFsuite model format (Okazaki 2007).
"""

from __future__ import annotations

import ast
import hashlib
import pickle
import re
import struct
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from itertools import repeat
from pathlib import Path

import numpy as np

VERSIONS = {"underthesea": "9.5.0", "underthesea_core": "3.3.2"}
_MODEL = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727"
_REGEX = "pipeline/word_tokenize/regex_tokenize.py"
FILES = {
    _REGEX: "5cb4fdc04fc806ac51842d9ec96834e9647262361bf865bacc164e96dc898a76",
    "pipeline/word_tokenize/__init__.py": "65b26025dfd44e2e1ddb03b98b1a25a26fe703596b22730e0c16f79a7f0fbb5d",
    "models/fast_crf_sequence_tagger.py": "2f7dba214c3e4ea31221a328e759c5a11deff902c9768581a061e8a4a28d8762",
    "pipeline/text_normalize/character_normalize.py": "f10727cca09ec90c88abaaa6b697ad3a1205ab783066ad0b59fa31ecdaa792d1",
    "pipeline/text_normalize/tn_rules_2023_07_14.bin": "a8ef96ef9837f6a377154fdfc970b9b88351d39f9353fa693d53ab49798817f9",
    f"{_MODEL}/features.bin": "cf93263c7c7973bf50122b0be76a394443ff61be00c1368713dee1b7d5b8a435",
    f"{_MODEL}/dictionary.bin": "ec8c62b3881c6682c18959988e1fe08800cc835777778845bded470ca02745d9",
    f"{_MODEL}/models.bin": "c3a64c64349f1d73304f89babacaa8f8cd6078b1ec1a1b2c104e9e411ac1d2c3",
}

# Most tokens are settled here before underthesea's expression is asked: a run of letters, a mark or a
# number after which no longer token of it can go on. Its "Th.S" has an unescaped point, so letters
# that fit it ("Th s…", "Thús…") are left to it, as is ʺ, a letter to Python and a mark to it. The
# look-ahead spares the trying at every space.
_PLAIN = r"(?=\S)(?:(?!Th.[Ss]|ʺ)[^\W\d_]++(?![\w.&'’:@+\-])|[^\w\s.:+\-=><°♥]|\.(?!\S)|\d++(?!\S)|%s)"

_TEMPLATE = re.compile(r"T\[(-?\d+)(?:,(-?\d+))?\](?:\.(\w+))?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
# Small letters whose capitals came with Unicode 15 to 17: underthesea_core knows them, the tables of
# this Python may not.
_SMALL = frozenset("ƛɤ\u1c8a\ua7cd\ua7cf\ua7d3\ua7d5\ua7db") | {chr(i) for i in (*range(0x10D70, 0x10D86), *range(0x16EBB, 0x16ED4))}
_FALSE, _TRUE, _BEGIN, _END = range(4)  # the rows of a template that asks yes or no
_BATCH = 4096  # places that are decoded together: memory stays flat on any length
_PAD = "\n"  # a place outside a piece, of which there are two on either side; no token holds it


class Unproven(Exception):
    """The installed underthesea is not the one that this was proven equal to; the message says why."""


class _Index(dict):
    """Strings numbered from 1 as they are first asked for; 0 stays for what the model does not know."""

    def __missing__(self, string: str) -> int:
        number = self[string] = len(self) + 1
        return number


class Segmenter:
    """Underthesea's tokenizer and CRF. It keeps its tables and nothing else: one serves all threads."""

    def __init__(self, files: dict[str, bytes]) -> None:
        """``files`` are the FILES of the installed package, by the same names."""
        self._tokens = re.compile(_PLAIN % _expression(files[_REGEX]), re.VERBOSE).finditer
        self._dictionary: set[str] = pickle.loads(files[f"{_MODEL}/dictionary.bin"])
        templates: list[str] = pickle.loads(files[f"{_MODEL}/features.bin"])
        names, weights, self._transitions = read_crfsuite(files[f"{_MODEL}/models.bin"])

        # One index of strings for each kind of question: (tokens in a row, function). One column of
        # weights for each template, its rows those of the index.
        questions = []
        index: dict[tuple[int, str | None], _Index] = {}
        numbers: dict[str, list[int]] = {}
        values: dict[str, list[str]] = {}
        for template in templates:
            first, last, function = _TEMPLATE.fullmatch(template).groups()
            kind = (int(last or first) - int(first) + 1, function)
            questions.append((int(first), kind))
            if kind not in index:
                yes_or_no = function not in (None, "lower")
                index[kind] = _Index({"False": _FALSE, "True": _TRUE, "BOS": _BEGIN, "EOS": _END} if yes_or_no else {})
            numbers[template], values[template] = [], []
        for number, name in enumerate(names):
            template, _, value = name.partition("=")
            numbers[template].append(number)
            values[template].append(value)
        rows = {t: list(map(index[kind].__getitem__, values[t])) for t, (_, kind) in zip(templates, questions, strict=True)}
        self._index = {kind: dict(strings) for kind, strings in index.items()}
        self._longest = max(size for size, _ in index)
        self._columns = []
        for template, (first, kind) in zip(templates, questions, strict=True):
            column = np.zeros(len(index[kind]) + 1, np.complex128)
            column[rows[template]] = weights[numbers[template]]
            self._columns.append((first, kind, column))

    def words(self, text: str, pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """The half-open span of each word of the ``pieces`` of ``text``, which is NFC without the
        characters that underthesea replaces (``Ð``, ``ð``) and has no line feed inside a piece."""
        return [span for words, _ in self.analyse(text, pieces) for span in words]

    def analyse(self, text: str, pieces: Iterable[tuple[int, int]]) -> Iterator[tuple[list[tuple[int, int]], float]]:
        """For each piece that is not blank its words and the score of their best path."""
        forms: list[str] = []
        tokens: list[tuple[int, list[tuple[int, int]]]] = []
        for start, end in pieces:
            piece = text[start:end]
            spans = [match.span() for match in self._tokens(piece)]
            if not spans:
                continue
            if len(forms) + len(spans) > _BATCH and tokens:
                yield from self._decode(forms, tokens)
                forms, tokens = [], []
            tokens.append((start, spans))
            forms += (_PAD, _PAD)
            forms += [piece[a:b] for a, b in spans]
            forms += (_PAD, _PAD)
        if tokens:
            yield from self._decode(forms, tokens)

    def _decode(self, forms: list[str], tokens: list[tuple[int, list[tuple[int, int]]]]) -> Iterator[tuple[list[tuple[int, int]], float]]:
        sizes = [len(spans) for _, spans in tokens]
        emissions = self._emissions(forms, sizes)
        begin, inside = emissions.real.tolist(), emissions.imag.tolist()
        at = 2
        for (start, spans), size in zip(tokens, sizes, strict=True):
            labels, score = self._viterbi(begin[at : at + size], inside[at : at + size])
            at += size + 4
            # The first token begins a word whatever its label.
            first, last = spans[0]
            words = []
            for (a, b), is_inside in zip(spans[1:], labels[1:], strict=True):
                if not is_inside:
                    words.append((start + first, start + last))
                    first = a
                last = b
            words.append((start + first, start + last))
            yield words, score

    def _emissions(self, forms: list[str], sizes: list[int]) -> np.ndarray:
        """The score of each place for B-W (real part) and I-W (imaginary part), pads included.

        Complex numbers only because one addition then serves both labels. The order of the additions
        is that of the templates, as in underthesea_core: floating sums depend on it.
        """
        rows = self._rows(forms, sizes)
        size = len(forms)
        total = np.zeros(size, np.complex128)
        inner = total[2 : size - 2]
        for first, kind, column in self._columns:
            inner += column.take(rows[kind][2 + first : size - 2 + first])
        return total

    def _rows(self, forms: list[str], sizes: list[int]) -> dict[tuple[int, str | None], np.ndarray]:
        """For each kind of question its row at each place, the first of the tokens that it is about."""
        length = len(forms)
        distinct = list(dict.fromkeys(forms))
        number = {form: i for i, form in enumerate(distinct)}
        place = np.fromiter(map(number.__getitem__, forms), np.intp, length)
        small = [form.lower() for form in distinct]
        single = {None: forms, "lower": list(map(small.__getitem__, place.tolist()))}
        title = np.fromiter(map(_is_title, distinct), bool, len(distinct))[place]

        # The pads of each piece; a question that reaches beyond the end of a piece is answered by EOS.
        after = np.cumsum(np.array(sizes) + 4)
        begin = np.concatenate((after - sizes - 4, after - sizes - 3))
        end = np.concatenate((after - 1, after - 2))

        # What is asked of one token is asked once of each distinct one.
        joined = {None: distinct, "lower": small}
        titles = title
        rows: dict[tuple[int, str | None], np.ndarray] = {}
        for size in range(1, self._longest + 1):
            if size > 1:
                left = single if size == 2 else joined
                joined = {kind: [f"{a} {b}" for a, b in zip(left[kind], right[size - 1 :], strict=False)] for kind, right in single.items()}
                titles = titles[:-1] & title[size - 1 :]
                end = np.append(end, after - 1 - size)
            for function in (None, "lower", "istitle", "isdigit", "is_in_dict"):
                strings = self._index.get((size, function))
                if strings is None:
                    continue
                if function in joined:
                    answers = np.fromiter(map(strings.get, joined[function], repeat(0)), np.intp, len(joined[function]))
                elif function == "is_in_dict":
                    answers = np.fromiter(map(self._dictionary.__contains__, joined["lower"]), bool, len(joined["lower"]))
                elif function == "isdigit":
                    answers = np.fromiter(map(_is_integer, joined[None]), bool, len(joined[None]))
                else:
                    answers = titles
                found = np.zeros(length, np.intp)
                found[: length - size + 1] = answers[place] if size == 1 and function != "istitle" else answers
                found[end] = strings.get("EOS", 0)
                found[begin] = strings.get("BOS", 0)
                rows[size, function] = found
        return rows

    def _viterbi(self, begin: list[float], inside: list[float]) -> tuple[list[bool], float]:
        """For each token whether the best path has it inside a word, and the score of that path.

        Between equal scores the first label wins, as in underthesea_core.
        """
        (begin_begin, begin_inside), (inside_begin, inside_inside) = self._transitions
        b, i = begin[0], inside[0]
        back: list[tuple[bool, bool]] = []
        for to_begin, to_inside in zip(begin[1:], inside[1:], strict=True):
            b_b, i_b, b_i, i_i = b + begin_begin, i + inside_begin, b + begin_inside, i + inside_inside
            back.append((i_b > b_b, i_i > b_i))
            b = (i_b if i_b > b_b else b_b) + to_begin
            i = (i_i if i_i > b_i else b_i) + to_inside
        label = i > b
        labels = [label]
        for pointers in reversed(back):
            label = pointers[label]
            labels.append(label)
        labels.reverse()
        return labels, max(b, i)


def _is_title(form: str) -> bool:
    if " " in form:
        return all(map(_is_title, form.split(" ")))
    return form[0] == form[0].upper() and form[0] not in _SMALL


def _is_integer(form: str) -> bool:
    """True if Rust would read ``form`` as an i32."""
    return _INTEGER.fullmatch(form) is not None and -(2**31) <= int(form) < 2**31


def _expression(source: bytes) -> str:
    """The regular expression of ``regex_tokenize.py``: its plain assignments are run, its imports are not."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id not in ("patterns", "pattern")]
    names: dict = {}
    exec(compile(tree, _REGEX, "exec"), names)
    return names["regex_patterns_combine"]


def read_crfsuite(model: bytes) -> tuple[list[str], np.ndarray, tuple[tuple[float, float], tuple[float, float]]]:
    """The attributes of a CRFsuite model with the labels B-W and I-W, in the order of their numbers; the
    weights of each for B-W (real part) and I-W (imaginary part); the transitions by label from and to.

    Raises Unproven on any other model.
    """
    magic, _, kind, number, _, labels, attributes, features_at, labels_at, attributes_at = struct.unpack_from("<4sI4sIIIIIII", model)
    if (magic, kind, number, labels) != (b"lCRF", b"FOMC", 100, 2) or _strings(model, labels_at) != ["B-W", "I-W"]:
        raise Unproven("models.bin is not a CRFsuite model of the labels B-W and I-W")
    total = struct.unpack_from("<I", model, features_at + 8)[0]
    features = np.frombuffer(model, np.dtype([("type", "<u4"), ("from", "<u4"), ("to", "<u4"), ("weight", "<f8")]), total, features_at + 12)
    state = features[features["type"] == 0]
    weights = np.zeros((attributes, 2))
    weights[state["from"], state["to"]] = state["weight"]
    between = np.zeros((2, 2))
    for feature in features[features["type"] == 1]:
        between[feature["from"], feature["to"]] = feature["weight"]
    return _strings(model, attributes_at), weights.view(np.complex128)[:, 0], tuple(map(tuple, between.tolist()))


def _strings(model: bytes, at: int) -> list[str]:
    """The keys of a constant quark database (CQDB) by their numbers."""
    _, _, _, _, size, links = struct.unpack_from("<4sIIIII", model, at)
    offsets = np.frombuffer(model, "<u4", size, at + links).astype(np.intp)
    order = np.argsort(offsets, kind="stable")
    first, last = int(offsets[order[0]]), int(offsets[order[-1]])
    last += 8 + struct.unpack_from("<I", model, at + last + 4)[0]
    # A record is a number, a length and a key that ends with a zero: without the first two the keys
    # can be decoded and parted all at once.
    records = np.frombuffer(model, np.uint8, last - first, at + first)
    keep = np.ones(len(records), bool)
    keep[(offsets - first)[:, None] + np.arange(8)] = False
    keys = records[keep].tobytes().decode().split("\0")
    return [keys[i] for i in np.argsort(order, kind="stable").tolist()]


def read_files() -> dict[str, bytes]:
    """The FILES of the installed underthesea, which is not imported. Raises Unproven."""
    for package, proven in VERSIONS.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            raise Unproven(f"{package} is not installed") from None
        if found != proven:
            raise Unproven(f"{package} {found} is installed, not {proven}")
    spec = find_spec("underthesea")
    if spec is None or not spec.origin:
        raise Unproven("underthesea is not installed as files")
    folder = Path(spec.origin).parent
    files = {}
    for name, proven in FILES.items():
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise Unproven(f"underthesea has no {name}") from None
        if hashlib.sha256(files[name]).hexdigest() != proven:
            raise Unproven(f"underthesea's {name} is another one")
    return files


def load() -> Segmenter:
    """Read the tables from the installed underthesea. Raises Unproven if it is not the proven one."""
    return Segmenter(read_files())
