import numpy as np
import pytest

from core.anatomy.parts import JOINTS
from core.cohort import LabelledFilm
from core.evaluation.detection import FoundFilm, average_precision, detection_figures, overlap, true_boxes
from core.model_reader import FilmReading, FilmStatus, FoundJoint, FoundPart
from core.phantom import foot_film
from core.svh import Limb, Side


def test_overlap_by_hand() -> None:
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0


def test_average_precision_by_hand() -> None:
    assert average_precision([(0.9, True), (0.8, True)], 2) == 1
    # precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1: 0.5 * 1 + 0.5 * 2/3
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)], 2) == pytest.approx(5 / 6)
    assert average_precision([], 3) == 0
    assert np.isnan(average_precision([], 0))


@pytest.fixture(scope="module")
def film() -> LabelledFilm:
    return foot_film(np.random.default_rng(0), {}, side=Side.L)


def reading_of(film: LabelledFilm, *, shift_px: float) -> FilmReading:
    height, width = film.pixels.shape
    parts = tuple(
        FoundPart(name, (x0 + shift_px, y0, x1 + shift_px, y1), 0.9)
        for name, (x0, y0, x1, y1) in true_boxes(film).items()
    )
    joints = tuple(FoundJoint(n, film.points[n][0] + shift_px, film.points[n][1], 0.9) for n in JOINTS[film.limb])
    return FilmReading(
        "f", "0" * 64, FilmStatus.SCORED, None, "", width, height, film.limb, film.side, parts=parts, joints=joints
    )


def test_the_truth_scores_one_and_a_shift_by_half_a_box_scores_nothing(film: LabelledFilm) -> None:
    perfect = detection_figures([FoundFilm(film, reading_of(film, shift_px=0))], Limb.FOOT)
    assert perfect["map"] == 1 and perfect["joint_error_percent_median"] == 0
    shifted = detection_figures([FoundFilm(film, reading_of(film, shift_px=60))], Limb.FOOT)
    assert shifted["map"] == 0 and shifted["joint_error_percent_median"] > 20
    nothing = detection_figures([FoundFilm(film, None)], Limb.FOOT)
    assert nothing["map"] == 0
