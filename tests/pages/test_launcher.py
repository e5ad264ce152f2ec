"""What happens before the first visitor comes."""

import asyncio
import gc
from pathlib import Path

import pytest

import app
from pages.widgets.shared import sample_case


def test_what_lives_as_long_as_the_server_is_left_out_of_every_collection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sample_case, "FOLDER", tmp_path)
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'store.sqlite'}")

    async def started() -> int:
        async with app.warm_start(app.app):
            return gc.get_freeze_count()

    try:
        assert asyncio.run(started()) > 100_000  # torch and what comes with it
    finally:
        gc.unfreeze()
    assert "the app answers this computer alone" in capsys.readouterr().out
