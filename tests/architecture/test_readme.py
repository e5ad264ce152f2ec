"""What the README files promise: their commands can be given, their links lead somewhere."""

import re
import shlex
from pathlib import Path

import click
import pytest
from typer.main import get_command

from core.__main__ import app

ROOT = Path(__file__).parents[2]
READMES = sorted(p for p in ROOT.rglob("README.md") if not {".venv", "node_modules", ".pytest_cache"} & set(p.parts))
COMMAND = re.compile(r"python -m core ([^`\n]+)|-m core ([^`\n]+)")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def commands() -> list[str]:
    found = []
    for path in READMES:
        for match in COMMAND.finditer(path.read_text(encoding="utf-8")):
            text = re.split(r" +(?:#|&|;|\||>)|;| & |[)\]]? ?\.\.\.$", match[1] or match[2])[0]
            text = re.sub(r"\$(\d)", r"\1", text.replace("...", "")).strip()  # what a loop puts in
            text = re.sub(
                r"\[([^]|]*)(\|[^]]*)?\]", r"\1", text
            )  # `[--weights compact|paper]` is tried as `--weights compact`
            text = re.sub(r"\b(\w+)(?:\|\w+)+", r"\1", text)
            found.append(text)
    return sorted(set(found))


@pytest.mark.parametrize("text", commands())
def test_every_command_of_the_readmes_can_be_given(text: str) -> None:
    command: click.Command = get_command(app)
    context, words = click.Context(command), shlex.split(text)
    while isinstance(command, click.Group):
        assert words and words[0] in command.commands, f"there is no command {words[:1]}"
        command = command.commands[words.pop(0)]
    with command.make_context(command.name, words, parent=context):
        pass


@pytest.mark.parametrize("path", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, heading = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w -]", "", t.lower()).replace(" ", "-") for t in titles}, target


def test_the_first_page_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) < 8000
