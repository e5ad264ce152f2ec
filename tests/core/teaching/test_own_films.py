"""A teacher's own film: its joints with the teacher's points, at a smaller size, in a class that holds few of them."""

from dataclasses import replace

import numpy as np
import pytest

from core.model_reader.evidence import FilmReading
from core.svh import SITE_BY_SUFFIX, Limb, Side
from core.teaching import ClassError, Classes, Question, own_case, results_csv
from core.teaching.classroom import FILMS_ALL, FILMS_MAX
from core.teaching.own_films import LONGEST_PX
from core.teaching.pictures import close_up
from tests.core.model_reader.test_case import radiograph
from tests.pages.stub_reader import StubReader

JSN, EROSION = SITE_BY_SUFFIX["mcp_J__2"], SITE_BY_SUFFIX["mcp_E__2"]


def reading() -> FilmReading:
    return StubReader().read_film(radiograph("HAND-L", Limb.HAND, Side.L))[0]


def test_the_truth_is_what_the_teacher_gave_and_a_joint_without_points_is_not_asked() -> None:
    film = reading()
    cells = tuple(replace(c, points=4 if c.site == EROSION else None if c.site.joint == "ULN" else c.points)
                  for c in film.cells)  # fmt: skip
    case = own_case(replace(film, cells=cells), np.full((40, 30), 0.5, np.float32))
    assert case.own and case.truth("MCP2") == {JSN: 2, EROSION: 4} and "MCP2" in case.order and "ULN" not in case.order
    assert case.film.film_id == "" and case.gap_mm("MCP2") is None
    with pytest.raises(ValueError, match="No joint of this film"):
        own_case(
            replace(film, cells=tuple(replace(c, points=None) for c in film.cells)), np.zeros((40, 30), np.float32)
        )


def test_a_large_film_is_kept_small_and_its_joint_stays_in_the_middle_of_the_close_up() -> None:
    pixels = np.zeros((3200, 2400), np.float32)
    x, y = 1000, 2000
    pixels[y - 20 : y + 20, x - 20 : x + 20] = 1.0
    film = reading()
    film = replace(film, joints=tuple(replace(j, x=float(x), y=float(y)) for j in film.joints), mm_per_px=0.1)
    case = own_case(film, pixels)
    assert max(case.film.pixels.shape) == LONGEST_PX and case.film.spacing_mm == pytest.approx(0.2)
    picture = close_up(case, "MCP2", outlined=False)
    assert picture[320, 320].min() > 200 and picture[100, 100].max() < 30


def test_a_student_gets_the_film_that_is_asked_and_a_stranger_none() -> None:
    classes = Classes()
    code, key = classes.open()
    seat = classes.join(code, "Ann")
    case = own_case(reading(), np.zeros((40, 30), np.float32))
    first, second = classes.bring(code, key, case), classes.bring(code, key, case)
    assert (first, second) == ("film 1", "film 2") and set(classes.films(code, key)) == {first, second}
    assert classes.films(code, seat) == {}
    asked = Question(0, case.difficulty, Limb.HAND, "MCP2", second)
    classes.ask(code, key, asked)
    assert set(classes.films(code, seat)) == {second}
    with pytest.raises(ClassError, match="no longer in this class"):
        classes.films(code, "stranger")
    with pytest.raises(ClassError, match="Only the teacher"):
        classes.bring(code, seat, case)
    with pytest.raises(ClassError, match="no longer in the class"):
        classes.ask(code, key, replace(asked, film="film 9"))
    classes.answer(code, seat, asked, {EROSION: 3})
    row = results_csv(classes.results(code, key), lambda question: case.truth(question.joint)).splitlines()[-1]
    assert row == "Ann,film 2,HAND,own film,MCP2,mcp_E__2,3,1,2"


def test_a_class_and_a_server_hold_so_many_films() -> None:
    classes = Classes()
    case = own_case(reading(), np.zeros((40, 30), np.float32))
    for _ in range(FILMS_ALL // FILMS_MAX):
        code, key = classes.open()
        for _ in range(FILMS_MAX):
            classes.bring(code, key, case)
        with pytest.raises(ClassError, match="of your own at most"):
            classes.bring(code, key, case)
    code_of_more, key_of_more = classes.open()
    with pytest.raises(ClassError, match="as many films of teachers"):
        classes.bring(code_of_more, key_of_more, case)
    classes.close(code, key)  # its films are forgotten with it
    assert classes.bring(code_of_more, key_of_more, case) == "film 1"
