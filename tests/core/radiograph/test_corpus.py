"""Every file of the shared corpus: a Radiograph or a readable sentence, and pixels equal to pydicom's own."""

import csv
import re
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest

from core.radiograph import Fault, FilmError, decode_film, dicom_file, expand, open_film
from core.radiograph.dicom_pixels import stored_values

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not (CORPUS / "manifest.csv").is_file(), reason="the shared corpus is not here")


def rows() -> list[dict[str, str]]:
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (CORPUS / row["file"]).is_file()]


def check_sentence(error: FilmError) -> None:
    assert error.code in set(Fault)
    assert re.fullmatch(r"[^\n]{20,400}\.", str(error)), str(error)
    assert not re.search(r"Error|Exception|Traceback|/home|site-packages|0x[0-9a-f]+", str(error)), str(error)


def test_every_file_gives_a_film_or_a_sentence() -> None:
    found: dict[str, str] = {}
    for row in rows():
        entries, errors = expand([CORPUS / row["file"]])
        assert entries or errors
        for entry in entries:
            try:
                film = open_film(entry.data, entry.name)
            except FilmError as error:
                errors.append(error)
            else:
                found[row["file"]] = "ok"
                assert np.isfinite(film.pixels).all() and film.pixels.min() >= 0 and film.pixels.max() <= 1
        for error in errors:
            check_sentence(error)
            found[row["file"]] = error.code
    must_refuse = [row["file"] for row in rows() if row["loader_expected"] == "refuse" and found[row["file"]] == "ok"]
    assert must_refuse == []
    assert len(found) == len(rows()) > 100


def test_the_whole_folder_in_one_call() -> None:
    entries, errors = expand([CORPUS])
    assert len(entries) + len(errors) >= len(rows())
    for error in errors:
        check_sentence(error)


def test_pictures_that_are_near_a_reference_are_near() -> None:
    for row in rows():
        _, _, reference = row["loader_expected"].partition("opens-near:")
        if reference and (CORPUS / reference).is_file():
            film, twin = (decode_film((CORPUS / name).read_bytes(), name) for name in (row["file"], reference))
            assert np.abs(film.pixels - twin.pixels).mean() < 0.02, row["file"]


def test_stored_values_are_those_of_pydicom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_file, "_refuse_other_kinds", lambda *_: None)
    compared = 0
    for row in rows():
        path = CORPUS / row["file"]
        if not row["file"].startswith("dicom/") or path.stat().st_size > 3_000_000:
            continue
        try:
            ours = stored_values(dicom_file.read_dicom(path.read_bytes(), path.name), [], path.name)[0]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = pydicom.dcmread(path, force=True).pixel_array
        except Exception:  # what one of them refuses is the business of other tests
            continue
        if ours.ndim == 2 and theirs.shape == ours.shape:
            np.testing.assert_array_equal(ours.astype(int), theirs.astype(int), err_msg=row["file"])
            compared += 1
    assert compared >= 20
