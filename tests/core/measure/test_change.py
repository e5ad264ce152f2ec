"""The change of a joint space between two films, drawn by hand: each bone moves by itself, by a known distance."""

import cv2
import numpy as np
import pytest

from core.measure import JointFilm, JointWidth, Unmeasured, Unregistered, measure_change
from core.measure.change import DETECTABLE_MM

SIZE, MM = 241, 0.1
MIDDLE = SIZE // 2


def _bone(rng: np.random.Generator) -> np.ndarray:
    """A block with a rounded end and a grain of its own; the end lies at the middle row, the bone below it."""
    fine = 4
    y, x = (np.mgrid[: SIZE * fine, : SIZE * fine] - (fine - 1) / 2) / fine - MIDDLE
    end = 0.004 * x**2
    bone = (np.abs(x) < 75) & (y > end)
    grain = cv2.GaussianBlur(rng.standard_normal((SIZE, SIZE)).astype(np.float32), (0, 0), 4.0)
    picture = cv2.resize((0.35 * bone + 0.2 * (bone & (y < end + 5))).astype(np.float32), (SIZE, SIZE))
    return picture * (1 + 0.6 * grain / np.abs(grain).max())


def film(
    *, gap_mm: float = 1.6, turn_deg: float = 0.0, curve: float = 1.0, noise: int = 0, other: bool = False
) -> np.ndarray:
    """Both bones `gap_mm` apart at the middle of the film, the distal one above, turned by `turn_deg` as one."""
    rng = np.random.default_rng(8 if other else 7)
    below, above = _bone(rng), _bone(rng)[::-1]
    half = gap_mm / MM / 2
    picture = np.full((SIZE, SIZE), 0.2, np.float32)
    for bone, way in ((below, 1.0), (above, -1.0)):
        shift = cv2.getRotationMatrix2D((MIDDLE, MIDDLE), turn_deg, 1.0) @ np.array(
            [[1, 0, 0], [0, 1, way * half], [0, 0, 1]]
        )
        picture += cv2.warpAffine(bone.astype(np.float32), shift, (SIZE, SIZE), flags=cv2.INTER_CUBIC)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.2)
    picture = picture + np.random.default_rng(noise).normal(0, 0.004, picture.shape)
    return (np.clip(picture, 0, 1) ** curve).astype(np.float32)


def joint(pixels: np.ndarray, gap_mm: float = 1.6, spacing: float | None = MM, off: float = 0.0) -> JointFilm:
    """The joint as measured there, its lines `off` rows beside the bones, as an error of the lines would have it."""
    x = np.linspace(MIDDLE - 45, MIDDLE + 45, 15)
    half = gap_mm / MM / 2
    near = tuple((float(v), MIDDLE + half + off) for v in x)
    far = tuple((float(v), MIDDLE - half - off) for v in x)
    mean = gap_mm + 2 * off * MM
    width = JointWidth("MCP2", None, 10.0, mean if spacing else None, near=near, far=far)
    return JointFilm(pixels, width, spacing)


@pytest.mark.parametrize("lost", [-0.3, 0.0, 0.1, 0.3, 0.7])
def test_the_change_is_what_the_bones_moved(lost: float) -> None:
    found = measure_change(joint(film()), joint(film(gap_mm=1.6 - lost, noise=1), 1.6 - lost))
    assert found.change_mm == pytest.approx(-lost, abs=0.025)
    assert found.beyond_error is (abs(found.change_mm) > DETECTABLE_MM)
    assert found.low_mm < found.change_mm < found.high_mm


def test_neither_contrast_nor_turn_nor_wrong_lines_make_a_change() -> None:
    other = film(gap_mm=1.5, curve=0.8, noise=1, turn_deg=2.0)
    found = measure_change(joint(film()), joint(other, 1.5, off=2.0))
    assert found.later_mm == pytest.approx(1.9)  # the width measured by itself is wrong by 0.4 mm
    assert found.change_mm == pytest.approx(-0.1, abs=0.03)
    assert "within the smallest detectable change of 0.14 mm" in found.words


def test_coarser_pixels_on_one_film_make_no_change() -> None:
    coarse = cv2.resize(film(gap_mm=1.5, noise=1), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    fine = joint(film(gap_mm=1.5), 1.5)
    scaled = [
        tuple(((x + 0.5) * 0.6 - 0.5, (y + 0.5) * 0.6 - 0.5) for x, y in line)
        for line in (fine.width.near, fine.width.far)
    ]
    width = JointWidth("MCP2", None, 10.0, 1.5, near=scaled[0], far=scaled[1])
    found = measure_change(joint(film()), JointFilm(coarse, width, MM / 0.6))
    assert found.change_mm == pytest.approx(-0.1, abs=0.03)


def test_there_and_back_are_the_same_change() -> None:
    a, b = joint(film()), joint(film(gap_mm=1.4, noise=1), 1.4)
    assert measure_change(a, b).change_mm == pytest.approx(-measure_change(b, a).change_mm, abs=0.002)


def test_bones_that_do_not_look_alike_are_refused() -> None:
    blank = np.random.default_rng(0).random((SIZE, SIZE)).astype(np.float32)
    for later in (joint(blank), joint(film(turn_deg=90.0))):
        found = measure_change(joint(film()), later)
        assert found.unregistered is Unregistered.OTHER_LIE and found.change_mm is None
        assert found.unregistered.words in found.words and not found.beyond_error


def test_a_joint_without_a_width_or_a_film_without_spacing_has_no_change() -> None:
    whole = joint(film())
    bent = JointFilm(whole.pixels, JointWidth("MCP2", Unmeasured.FLEXED), MM)
    assert measure_change(bent, whole).unregistered is Unregistered.NOT_MEASURED
    assert measure_change(whole, joint(film(), spacing=None)).unregistered is Unregistered.NO_SPACING
