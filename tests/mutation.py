"""`python -m tests.mutation`: of faults put into the rules of the score one at a time, how many do their tests notice?

A fault changes one comparison, one operator, one constant or one truth value. Which faults are tried is drawn with a
seed from all that there are; each is tried in a process of its own, with the tests of its file alone and 40 examples of
a property.
"""

import argparse
import ast
import copy
import importlib
import importlib.util
import io
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

ROOT = Path(__file__).parents[1]
TESTS: dict[str, tuple[str, ...]] = {
    "core/svh/grades.py": ("tests/core/svh/test_grades.py",),
    "core/svh/reading.py": ("tests/core/svh/test_reading.py",),
    "core/svh/sites.py": ("tests/core/svh/test_sites.py",),
    "core/svh/totals.py": ("tests/core/svh/test_totals.py", "tests/core/svh/test_reading.py"),
    "core/svh/words.py": ("tests/core/svh/test_words.py",),
    "core/agreement/coefficients.py": (
        "tests/core/agreement/test_coefficients.py",
        "tests/core/agreement/test_cell_statistics.py",
    ),
    "core/agreement/change.py": ("tests/core/agreement/test_change.py",),
    "core/agreement/identity.py": ("tests/core/agreement/test_identity.py",),
    "core/agreement/intervals.py": ("tests/core/agreement/test_intervals.py",),
    "core/agreement/pairing.py": ("tests/core/agreement/test_pairing.py",),
    "core/agreement/progressors.py": ("tests/core/agreement/test_progressors.py",),
    "core/agreement/study_score.py": ("tests/core/agreement/test_study_score.py",),
    "core/agreement/visits.py": ("tests/core/agreement/test_visits.py",),
    "core/model_reader/placed.py": ("tests/core/model_reader/test_placed.py",),
    "core/model_reader/review.py": ("tests/core/model_reader/test_review.py",),
    "core/model_reader/quality_check.py": (
        "tests/core/model_reader/test_quality_check.py",
        "tests/core/model_reader/test_sides.py",
    ),
    "core/model_reader/sides.py": ("tests/core/model_reader/test_sides.py",),
    "core/store/blinded_reading.py": ("tests/core/store/test_blinded_reading.py",),
    "core/store/log.py": ("tests/core/store/test_log.py",),
    "core/store/store.py": ("tests/core/store/test_store.py", "tests/core/store/test_lost_and_altered.py"),
    "core/reading_desk/desk.py": ("tests/core/reading_desk/test_desk.py",),
}
LIBRARIES = ("hypothesis", "scipy.stats", "sklearn.metrics", "torchvision", "cv2", "pydicom", "sqlmodel", "timm")
"""Imported once for all the processes; none of them imports the project."""
SECONDS = 90  # a fault that makes a test run on is noticed too
_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Mod: ast.Mult,
}  # fmt: skip


def faults(tree: ast.Module) -> Iterator[tuple[int, str, Callable[[ast.AST], None]]]:
    """Place of the node in `ast.walk`, what is changed, and the change; annotations and words are left as they are."""
    spared = {id(n) for node in ast.walk(tree) for part in _spared(node) for n in ast.walk(part)}
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in spared:
            continue
        where = f"line {getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
            other = _COMPARED[type(node.ops[0])]
            yield place, f"{where}: {ast.unparse(node)} with {other.__name__}", _set_first("ops", other)
        elif isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
            other = _COMPUTED[type(node.op)]
            yield place, f"{where}: {ast.unparse(node)} with {other.__name__}", _set("op", other)
        elif isinstance(node, ast.BoolOp):
            other = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield place, f"{where}: {ast.unparse(node)} with {other.__name__}", _set("op", other)
        elif isinstance(node, ast.IfExp | ast.If):
            yield place, f"{where}: if not {ast.unparse(node.test)}", _negate
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield place, f"{where}: {not node.value}", _value(not node.value)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield place, f"{where}: {node.value} plus 1", _value(node.value + 1)


def _spared(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield node.annotation
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        yield node.returns
    if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("NDArray["):
        yield node
    if isinstance(node, ast.JoinedStr):
        yield node


def _set(field: str, other: type[ast.AST]) -> Callable[[ast.AST], None]:
    return lambda node: setattr(node, field, other())


def _set_first(field: str, other: type[ast.AST]) -> Callable[[ast.AST], None]:
    return lambda node: getattr(node, field).__setitem__(0, other())


def _value(value: object) -> Callable[[ast.AST], None]:
    return lambda node: setattr(node, "value", value)


def _negate(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.IfExp)
    node.test = ast.UnaryOp(ast.Not(), node.test)


class _Loader(SourceFileLoader):
    """Loads one module from changed code."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self.code = code

    def get_code(self, fullname: str) -> CodeType:
        return self.code


class _Finder:
    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=_Loader(name, str(self.path), self.code))


def noticed(file: str, tree: ast.Module) -> bool:
    """Whether the tests of `file` fail when its module is `tree`."""
    child = os.fork()
    if child == 0:
        failed = True
        try:
            signal.alarm(SECONDS)
            failed = _tests_fail(file, tree)
        finally:
            os._exit(failed)
    return os.waitpid(child, 0)[1] != 0


def _tests_fail(file: str, tree: ast.Module) -> bool:
    code = compile(ast.fix_missing_locations(tree), str(ROOT / file), "exec")
    sys.meta_path.insert(0, _Finder(file.removesuffix(".py").replace("/", "."), ROOT / file, code))  # type: ignore[arg-type]
    import hypothesis
    import pytest

    hypothesis.settings.register_profile("faults", max_examples=40, database=None)
    hypothesis.settings.load_profile("faults")
    options = ["-x", "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "-W", "ignore::pytest.PytestWarning"]
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return bool(pytest.main([*options, *(str(ROOT / name) for name in TESTS[file])]))


def main(arguments: Sequence[str]) -> int:
    """Print a row a file: faults there are, tried, noticed; then those that no test noticed."""
    parser = argparse.ArgumentParser(prog="tests.mutation", description=__doc__)
    parser.add_argument("--most", type=int, default=120, help="faults that are tried in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--file", action="append", choices=list(TESTS), help="this file alone")
    asked = parser.parse_args(arguments)
    for library in LIBRARIES:
        importlib.import_module(library)
    trees = {file: ast.parse((ROOT / file).read_text()) for file in asked.file or TESTS}
    every = [(file, *fault) for file, tree in trees.items() for fault in faults(tree)]
    chosen = random.Random(asked.seed).sample(every, min(asked.most, len(every)))
    survived: list[str] = []
    print(f"{'file':34} {'faults':>6} {'tried':>6} {'noticed':>8}")
    tried_all = 0
    for file in trees:
        mine = [entry for entry in chosen if entry[0] == file]
        if mine and noticed(file, trees[file]):
            raise SystemExit(f"the tests of {file} fail without any fault")
        missed = 0
        for _, place, words, change in sorted(mine, key=lambda entry: entry[1]):
            tree = copy.deepcopy(trees[file])
            change(list(ast.walk(tree))[place])
            if not noticed(file, tree):
                missed += 1
                survived.append(f"{file}, {words}")
        tried_all += len(mine)
        share = f"{(len(mine) - missed) / len(mine):.0%}" if mine else ""
        print(f"{file:34} {sum(e[0] == file for e in every):>6} {len(mine):>6} {share:>8}", flush=True)
    print(f"{'all':34} {len(every):>6} {tried_all:>6} {(tried_all - len(survived)) / max(tried_all, 1):>8.0%}")
    print("\n".join(["Not noticed:", *survived] if survived else ["Every fault was noticed."]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
