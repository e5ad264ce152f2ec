import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [p for folder in ("core", "pages", "tests") for p in sorted((ROOT / folder).rglob("*.py"))]
MAX_LINES = 250
TOP_LEVEL = {"README.md", "requirements.txt", "app.py", "pages", "core", "weights", "tests", "LICENSE", "NOTICE"}


def tracked() -> list[Path]:
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in names.decode().split("\0") if name and (path := ROOT / name).exists()]


def test_the_top_level_holds_what_the_owner_fixed() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_files_stay_readable_in_one_sitting() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in CODE}
    assert not {name: n for name, n in lengths.items() if n > MAX_LINES}


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    assert not [str(p) for p in CODE if words.search(p.read_text())]


Named = ast.FunctionDef | ast.ClassDef
USER_ERRORS = {"ValueError", "KeyError", "FilmError", "StoreError", "WeightsError", "ClassError"}


def public(tree: ast.Module) -> Iterator[Named]:
    """Functions, classes and methods without an underscore."""
    for node in tree.body:
        if isinstance(node, Named) and not node.name.startswith("_"):
            yield node
            inner = node.body if isinstance(node, ast.ClassDef) else []
            yield from (n for n in inner if isinstance(n, ast.FunctionDef) and not n.name.startswith("_"))


def raised(function: ast.FunctionDef) -> set[str]:
    """Errors that the function itself raises by name, not those of functions inside it."""
    names, left = set(), list(function.body)
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            names |= {error.id} if isinstance(error, ast.Name) else set()
        left += ast.iter_child_nodes(node)
    return names & USER_ERRORS


def test_public_names_of_core_say_more_than_their_name_and_what_they_raise() -> None:
    little = []
    for path in sorted((ROOT / "core").rglob("*.py")):
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree):
            little.append(f"{path.name}: no docstring")
        for node in public(tree):
            told = ast.get_docstring(node) or ""
            fillers = {"the", "of", "and", "for", "to", "in", "an", "is", *node.name.lower().split("_")}
            if "[" not in told and len(set(re.findall(r"[a-z]{2,}", told.lower())) - fillers) < 2:
                little.append(f"{path.name}: {node.name} says nothing that its name does not")
            unsaid = [name for name in raised(node) if name not in told] if isinstance(node, ast.FunctionDef) else []
            little += [f"{path.name}: {node.name} does not say that it raises {name}" for name in unsaid]
    assert not little


def test_no_path_of_a_machine_stands_in_the_tree() -> None:
    wanted = re.compile(r"(?<![\w.])/(work|home|tmp|root|Users)/\w")
    texts = [p for p in tracked() if p.suffix in {".py", ".md", ".toml", ".ini", ".txt", ".json", ".js", ".css"}]
    found = [str(p.relative_to(ROOT)) for p in texts if p != Path(__file__) and wanted.search(p.read_text())]
    assert not found


def test_the_tree_stays_small() -> None:
    sizes = {p: p.stat().st_size / 2**20 for p in tracked()}
    weights = {p: size for p, size in sizes.items() if p.parent.name == "weights"}
    assert sum(sizes.values()) - sum(weights.values()) < 20
    assert sum(size for p, size in weights.items() if p.name.startswith("compact_")) < 40
    papers = {p: size for p, size in weights.items() if not p.name.startswith("compact_")}
    assert sum(papers.values()) < 190  # DeepRA's scorers 112, its detectors 60, two whole-hand networks
