"""The whole corpus of damaged and hostile files through the command line."""

import json
from pathlib import Path

import pytest

from tests.core.test_command_line import ROOT, run

CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of damaged and hostile files is not beside the project")
def test_no_file_of_the_corpus_is_scored_or_ends_the_process(tmp_path: Path) -> None:
    done = run(["score", CORPUS, "--out", tmp_path])
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr
    rows = json.loads((tmp_path / "readings.json").read_text())["films"]
    assert len(rows) > 250
    assert [r["file"] for r in rows if r["status"] == "scored"] == []
    assert all(len(r["reason"]) > 15 and "\n" not in r["reason"] for r in rows)
