import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.anatomy.parts import JOINTS, Point
from core.anatomy.pose import fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.svh import Limb, Side


def film_of(limb: Limb, *, px_per_mm: float, turn_deg: float, left: bool, at: Point) -> dict[str, Point]:
    """The template on a film: as a left limb if wanted, turned clockwise by `turn_deg`, its origin at `at`."""
    angle = np.deg2rad(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if left:
        turn = turn @ np.diag([-1.0, 1.0])
    points = {name: px_per_mm * turn @ np.array(mm) + np.array(at) for name, mm in TEMPLATE_MM[limb].items()}
    return {name: (float(x), float(y)) for name, (x, y) in points.items()}


def test_the_template_has_every_joint_of_the_parts() -> None:
    for limb in Limb:
        assert set(JOINTS[limb]) <= set(TEMPLATE_MM[limb])


@given(
    st.sampled_from(Limb), st.floats(0.5, 20), st.floats(-179, 179), st.booleans(),
    st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)),
)  # fmt: skip
def test_a_known_pose_is_found(limb: Limb, px_per_mm: float, turn_deg: float, left: bool, at: Point) -> None:
    pose = fit_pose(limb, film_of(limb, px_per_mm=px_per_mm, turn_deg=turn_deg, left=left, at=at))
    assert pose.side is (Side.L if left else Side.R)
    assert pose.mm_per_px == pytest.approx(1 / px_per_mm)
    assert pose.up_deg == pytest.approx(turn_deg, abs=1e-5)
    assert pose.residual_mm == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(pose.matrix @ [*at, 1], [0, 0], atol=1e-6)


def test_a_few_points_off_their_place_show_in_the_residual() -> None:
    points = film_of(Limb.HAND, px_per_mm=5, turn_deg=0, left=False, at=(600, 700))
    x, y = points["MCP3"]
    pose = fit_pose(Limb.HAND, {**points, "MCP3": (x + 100, y)})
    assert 0.5 < pose.residual_mm < 20 / np.sqrt(len(points))
    without = fit_pose(
        Limb.HAND, {**points, "MCP3": (x + 100, y)}, weights={name: float(name != "MCP3") for name in points}
    )
    assert without.residual_mm == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("left", [False, True])
def test_the_view_shows_the_limb_upright_and_as_a_right_one(left: bool) -> None:
    points = film_of(Limb.HAND, px_per_mm=6, turn_deg=150, left=left, at=(900, 800))
    pose = fit_pose(Limb.HAND, points)
    frame = pose.frame(mm_per_view_px=0.5, size_px=(401, 401), centre_mm=TEMPLATE_MM[Limb.HAND]["MCP3"])
    names = ["MCP3", "TIP3", "TIP1", "RAD"]
    mcp, tip, thumb, radius = frame.to_view(np.array([points[name] for name in names]))
    np.testing.assert_allclose(mcp, [200, 200], atol=1e-6)
    np.testing.assert_allclose(tip - mcp, [(-5.3 + 7.7) * 2, (-91.1 + 6.4) * 2], atol=1e-6)
    assert thumb[0] < mcp[0] < radius[1]
    assert frame.mirrored is left


def test_too_few_points_and_one_place_are_refused() -> None:
    with pytest.raises(ValueError, match="at least three points"):
        fit_pose(Limb.HAND, {"MCP1": (0, 0), "MCP2": (1, 1), "unknown": (2, 2)})
    with pytest.raises(ValueError, match="coincide"):
        fit_pose(Limb.HAND, {f"MCP{k}": (5, 5) for k in range(1, 5)})
