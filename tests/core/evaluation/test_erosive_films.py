"""Films of which only erosive or not is known."""

from pathlib import Path

import numpy as np
import pytest

from core.evaluation.erosive_films import auc, auc_interval, erosive_films


def test_auc_by_hand() -> None:
    assert auc(np.array([3.0, 2.0]), np.array([1.0, 2.0])) == pytest.approx(3.5 / 4)  # 3>1, 3>2, 2>1, 2=2 counts half
    assert auc(np.array([1.0]), np.array([2.0])) == 0.0
    assert np.isnan(auc(np.array([]), np.array([1.0])))


def test_the_interval_draws_patients_not_films() -> None:
    values = np.array([5.0, 5.0, 5.0, 1.0, 1.0, 2.0])
    erosive = np.array([True, True, True, False, False, False])
    low, high = auc_interval(values, erosive, ["a", "a", "a", "b", "b", "c"])
    assert low == high == 1.0


def write(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    (folder / "a.bmp").write_bytes(b"BM")
    return folder


def test_a_table_is_read_with_its_sides(tmp_path: Path) -> None:
    (film,) = erosive_films(write(tmp_path, "file,patient,side,erosive\na.bmp,7,L,1\n"))
    assert film.patient == "7" and film.erosive and film.side is not None and film.side.value == "L"


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("a.bmp,7,L,yes", "erosive must be 0 or 1"),
        ("a.bmp,,L,1", "patient"),
        ("a.bmp,7,X,1", "side"),
        ("b.bmp,7,L,1", "b.bmp"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, word: str) -> None:
    with pytest.raises(ValueError, match="row 2") as error:
        erosive_films(write(tmp_path, f"file,patient,side,erosive\n{row}\n"))
    assert word in str(error.value)
