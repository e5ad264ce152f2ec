"""The lines that the package shows to other people's Python do what they say."""

import re
import zipfile
from pathlib import Path

import pytest

import core
from core.batch import read
from tests.core.batch import stub


def test_the_lines_of_the_docstring_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(read.ModelReader, "open", lambda weights, device: stub.StubReader())
    monkeypatch.chdir(tmp_path)
    stub.cohort(tmp_path / "cohort", 2)
    (tmp_path / "cohort" / "letter.doc").write_bytes(b"Dear colleague")
    source = stub.cohort(tmp_path / "packed", 1, name=lambda n: "Q7")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in source.rglob("*.png"):
            archive.write(file, file.relative_to(source))
    lines = re.findall(r"^    (.+)$", core.__doc__ or "", re.MULTILINE)
    assert len(lines) == 6
    exec(compile("\n".join(lines), "the docstring", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[:3]] == ["Q7", "P000", "P001"] and "letter.doc" in told[3]
