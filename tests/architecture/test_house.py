import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [p for folder in ("core", "pages", "tests") for p in sorted((ROOT / folder).rglob("*.py"))]
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
    long = {str(p.relative_to(ROOT)): n for p in CODE if (n := len(p.read_text().splitlines())) > 330}
    assert not long


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    assert not [str(p) for p in CODE if words.search(p.read_text())]


def test_public_names_of_core_are_explained() -> None:
    bare = []
    for path in (ROOT / "core").rglob("*.py"):
        tree = ast.parse(path.read_text())
        nodes = [
            tree,
            *(n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")),
        ]
        bare += [f"{path.name}: {getattr(n, 'name', 'module')}" for n in nodes if not ast.get_docstring(n)]
    assert not bare


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
