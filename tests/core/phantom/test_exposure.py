import numpy as np
import pytest
import trimesh

from core.phantom.acquisition import Lesion, Look, Window
from core.phantom.exposure import _raster, expose
from core.phantom.skeleton import Bone, Faces, Points


def path_length(vertices: Points, faces: Faces, window: Window) -> np.ndarray:
    """Length of the beam inside a closed mesh for every pixel, mm, [H, W]."""
    place = (window.x_mm, window.y_mm, window.mm_per_px, window.height_px, window.width_px)
    return np.abs(_raster(np.ascontiguousarray(vertices), faces, *place, False)[0])


def sphere(radius_mm: float) -> Bone:
    mesh = trimesh.creation.icosphere(subdivisions=4, radius=radius_mm)
    return Bone(
        "sphere", np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int32), np.array([0.0, -1.0, 0.0])
    )


def test_a_box_is_as_long_as_it_is_deep_without_seams() -> None:
    box = trimesh.creation.box((10, 10, 7))
    length = path_length(np.asarray(box.vertices, float), np.asarray(box.faces, np.int32), Window(-6, -6, 0.25, 48, 48))
    inside = length[6:42, 6:42]  # the diagonals of the faces run through it
    assert np.allclose(inside, 7, atol=1e-4)
    assert np.allclose(length[:3], 0)


def test_a_sphere_has_its_chords() -> None:
    ball, window = sphere(5.0), Window(-6, -6, 0.1, 121, 121)
    length = path_length(ball.vertices, ball.faces, window)
    x = -6 + np.arange(121) * 0.1
    expected = 2 * np.sqrt(np.maximum(25 - x[:, None] ** 2 - x[None, :] ** 2, 0))
    middle = expected > 3
    assert np.abs(length - expected)[middle].max() < 0.1
    assert float(length.sum()) * 0.01 == pytest.approx(4 / 3 * np.pi * 125, rel=0.01)


def test_a_lesion_takes_its_own_volume_away_and_darkens_the_film() -> None:
    ball, window = sphere(6.0), Window(-8, -8, 0.1, 160, 160)
    soft = np.full((160, 160), 20.0, np.float32)
    inner = ball.vertices * 0.9
    lesion = Lesion("sphere", (0.0, 0.0, 0.0), 1.5, 1.0, share=1.0, rim=0.0)
    look = Look(noise=0.0, texture=0.0, floor=0.0)

    whole, _, _ = expose(np.random.default_rng(0), {"sphere": (ball, inner)}, soft, window, look)
    eaten, lost, volumes = expose(
        np.random.default_rng(0), {"sphere": (ball, inner)}, soft, window, look, lesions=[lesion]
    )

    assert volumes[0] == pytest.approx(4 / 3 * np.pi * 1.5**3, rel=0.2)
    assert lost[80, 80] == pytest.approx(3.0, abs=0.5)
    assert lost[80, 120] == 0
    assert eaten[80, 80] < whole[80, 80] - 0.05
