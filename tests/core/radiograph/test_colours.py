"""Grey films in coloured clothes are read with a note; photographs and drawings are refused with the reason."""

import numpy as np
import pytest

from core.radiograph import Fault, FilmError, NoteKind, decode_film
from core.radiograph.colours import grey_of_colour
from tests.core.radiograph import films

GREY = films.grey(8, 480, 360)


def rgb(*gains: float) -> np.ndarray:
    return np.clip(GREY[..., None] * np.array(gains), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("gains", [(0.82, 0.92, 1.0), (0.7, 0.85, 1.0), (0.9, 1.0, 0.85), (1.0, 0.95, 0.85)])
def test_a_pale_tint_is_read_as_the_grey_film(gains: tuple[float, ...]) -> None:
    film = decode_film(films.picture(rgb(*gains)), "f")
    assert [note.kind for note in film.notes] == [NoteKind.COLOUR] and "tinted" in film.notes[0].text
    assert np.corrcoef(film.pixels.ravel(), GREY.ravel())[0, 1] > 0.999
    assert np.ptp(film.pixels) > 0.7 * np.ptp(GREY) / 255


def test_a_tint_that_changes_with_brightness_is_read_too() -> None:
    values = rgb(1, 1, 1).astype(float)
    values[..., 2] += 40 * np.sin(np.pi * values[..., 1] / 255)  # blue in the middle greys, none at the ends
    assert "tinted" in decode_film(films.picture(np.clip(values, 0, 255).astype(np.uint8)), "f").notes[0].text


@pytest.mark.parametrize("where", [np.s_[:40], np.s_[-30:], np.s_[:, :50], np.s_[:, -90:]])
def test_a_viewers_bar_is_left_out_and_the_film_beside_it_untouched(where: object) -> None:
    values = rgb(1, 1, 1)
    bar = values[where].copy()  # type: ignore[index]
    bar[:] = (30, 80, 160)
    bar[5:15, 5:25] = 200  # a grey button
    values[where] = bar  # type: ignore[index]
    film = decode_film(films.picture(values), "f")
    assert "bars" in film.notes[0].text and film.pixels[where].max() == 0  # type: ignore[index]
    kept = np.ones(GREY.shape, bool)
    kept[where] = False  # type: ignore[index]
    np.testing.assert_allclose(film.pixels[kept], GREY[kept] / 255, atol=1e-6)


def test_skin_paper_and_drawings_are_refused_with_their_share() -> None:
    skin = rgb(1.0, 0.78, 0.62)
    drawing = rgb(1, 1, 1)
    drawing[200:280, 120:240] = (220, 30, 30)
    for values in (skin, drawing):
        with pytest.raises(FilmError, match="% of the picture are coloured") as caught:
            grey_of_colour(values, 255, "f")
        assert caught.value.code == Fault.COLOUR
