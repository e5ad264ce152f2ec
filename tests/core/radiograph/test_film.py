"""A constructed Radiograph is valid; foreign text is safe to show."""

import numpy as np
import pytest

from core.radiograph import Fault, FilmError, FilmNote, NoteKind, Radiograph, display_text

SHA = "0" * 64


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4)), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4), np.float32),
        np.full((4, 4), np.nan, np.float32), np.full((4, 4), 1.5, np.float32), np.full((4, 4), -0.1, np.float32),
    ],
)  # fmt: skip
def test_bad_pixels_are_no_radiograph(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError):
        Radiograph(pixels, "a", SHA)


@pytest.mark.parametrize("facts", [{"spacing_mm": 0.0}, {"spacing_mm": float("nan")}, {"sha256": "x"}])
def test_bad_facts_are_no_radiograph(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Radiograph(**({"pixels": np.zeros((4, 5), np.float32), "name": "a", "sha256": SHA} | facts))  # type: ignore[arg-type]


def test_an_inverted_film_is_the_same_light_for_dark_and_says_so() -> None:
    pixels = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    child = FilmNote(NoteKind.CHILD, "A child.")
    film = Radiograph(pixels, "a", SHA, side_name=None, notes=(child, FilmNote(NoteKind.POLARITY, "Look."))).inverted()
    np.testing.assert_array_equal(film.pixels, 1 - pixels)
    assert not film.pixels.flags.writeable and film.notes[0] == child
    assert [note.kind for note in film.notes] == [NoteKind.CHILD, NoteKind.POLARITY]
    assert "turned round" in film.notes[1].text
    assert film.inverted().notes == film.notes


def test_height_is_rows() -> None:
    film = Radiograph(np.zeros((4, 5), np.float32), "a", SHA)
    assert (film.height_px, film.width_px) == (4, 5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\tc\0d", "a b c d"),
        ("film\u202egnp.exe", "film gnp.exe"),
        ("a\u200bb", "a b"),
        ("  x  ", "x"),
        ("y" * 70, "y" * 63 + "…"),
        ("\udcff", ""),
    ],
)
def test_shown_text_has_no_tricks(text: str, shown: str) -> None:
    assert display_text(text) == shown


def test_an_error_names_file_and_reason() -> None:
    error = FilmError(Fault.EMPTY, "the file is empty.", "a\n.png")
    assert str(error) == "a .png: the file is empty."
    assert (error.code, str(FilmError("later-code", "words"))) == ("empty", "words")


def test_codes_are_unique_and_stable() -> None:
    assert len({fault.value for fault in Fault}) == len(Fault) == 25
