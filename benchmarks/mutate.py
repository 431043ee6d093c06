"""Mutation testing, small: ``python benchmarks/mutate.py FILE TESTS… [--minutes M] [--sample N]``.

One operator, constant, condition or statement of FILE is changed at a time and the tests are run; a change
that they do not notice survives and is printed with its line. The file itself is never touched: the
changed copy is put before the package by an import hook in a forked test process.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMPARE = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
BINARY = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr}



class Changed:
    """An import hook: the module under test comes from the changed copy."""

    def __init__(self, module: str, path: Path) -> None:
        self.module, self.path = module, path

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, self.path) if name == self.module else None


def changes(tree: ast.Module) -> list[tuple[int, str, ast.Module]]:
    """Every changed tree with the line and what was changed."""
    out = []
    nodes = list(ast.walk(tree))
    # Annotations are never evaluated.
    unread = {id(inner) for node in nodes for part in (getattr(node, "annotation", None), getattr(node, "returns", None)) if part for inner in ast.walk(part)}
    docstrings = {id(node.body[0].value) for node in nodes if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and node.body and isinstance(node.body[0], ast.Expr)}

    def add(index: int, said: str, edit) -> None:
        changed = copy.deepcopy(tree)
        node = list(ast.walk(changed))[index]
        line = node.lineno
        edit(node)
        out.append((line, said, ast.fix_missing_locations(changed)))

    for index, node in enumerate(nodes):
        if id(node) in unread:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARE:
            other = COMPARE[type(node.ops[0])]
            add(index, f"{type(node.ops[0]).__name__} -> {other.__name__}", lambda n, other=other: n.ops.__setitem__(0, other()))
        elif isinstance(node, ast.BinOp) and type(node.op) in BINARY:
            other = BINARY[type(node.op)]
            add(index, f"{type(node.op).__name__} -> {other.__name__}", lambda n, other=other: setattr(n, "op", other()))
        elif isinstance(node, ast.BoolOp):
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            add(index, f"{type(node.op).__name__} -> {other.__name__}", lambda n, other=other: setattr(n, "op", other()))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            add(index, "not dropped", lambda n: setattr(n, "op", ast.UAdd()) or setattr(n, "operand", ast.Call(ast.Name("bool", ast.Load()), [n.operand], [])))
        elif isinstance(node, ast.Constant) and id(node) not in docstrings:
            if isinstance(node.value, bool):
                add(index, f"{node.value} -> {not node.value}", lambda n: setattr(n, "value", not n.value))
            elif isinstance(node.value, int):
                add(index, f"{node.value} -> {node.value + 1}", lambda n: setattr(n, "value", n.value + 1))
        elif isinstance(node, ast.If | ast.While):
            add(index, "condition False", lambda n: setattr(n, "test", ast.Constant(False)))
            if isinstance(node, ast.If):
                add(index, "condition True", lambda n: setattr(n, "test", ast.Constant(True)))
        elif isinstance(node, ast.Return) and node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            add(index, "return None", lambda n: setattr(n, "value", ast.Constant(None)))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            add(index, "call dropped", lambda n: setattr(n, "value", ast.Constant(None)))
        elif isinstance(node, ast.Continue | ast.Break):
            add(index, "loop goes on", lambda n: setattr(n, "__class__", ast.Pass))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sample", type=int, default=0, help="so many changes, drawn at random (seed 0); all by default")
    arguments = parser.parse_args()
    source = arguments.file.resolve()
    package = next(root for root in (ROOT / "pipeline", ROOT / "eval") if source.is_relative_to(root))
    module = ".".join(source.relative_to(package).with_suffix("").parts)
    todo = changes(ast.parse(source.read_text(encoding="utf-8")))
    if arguments.sample and arguments.sample < len(todo):
        todo = sorted(random.Random(0).sample(todo, arguments.sample), key=lambda change: change[0])
    end = time.monotonic() + arguments.minutes * 60
    killed = survived = 0
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(ROOT / each) for each in ("pipeline", "eval", "models", "tests")]
    for heavy in ("pytest", "hypothesis", "numpy", "scipy.optimize", "edtf", "rich", "typer", "vnlunar", "jsonlines", "underthesea_core"):
        with contextlib.suppress(ImportError):
            importlib.import_module(heavy)
    with tempfile.TemporaryDirectory() as folder:
        changed_file = Path(folder) / source.name

        def run(text: str) -> bool:
            """Do the tests pass? In a forked process, which has the libraries already."""
            changed_file.write_text(text, encoding="utf-8")
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    signal.alarm(120)
                    quiet = os.open(os.devnull, os.O_WRONLY)
                    os.dup2(quiet, 1)
                    os.dup2(quiet, 2)
                    os.chdir(ROOT)
                    sys.meta_path.insert(0, Changed(module, changed_file))
                    import pytest

                    code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *arguments.tests]))
                finally:
                    os._exit(code)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

        if not run(ast.unparse(ast.parse(source.read_text(encoding="utf-8")))):
            print("the tests fail on the unchanged file")
            return 2
        for line, said, tree in todo:
            if time.monotonic() > end:
                break
            if run(ast.unparse(tree)):
                survived += 1
                print(f"{source.name}:{line}: {said}", flush=True)
            else:
                killed += 1
    print(f"{source.name}: {killed} killed, {survived} survived, {len(todo) - killed - survived} not tried")
    return 1 if survived else 0


if __name__ == "__main__":
    raise SystemExit(main())
