import numpy as np
import pytest

from core.evaluation.scores import CellPair, false_points, site_figures, total_figures
from core.svh import SITE_BY_SUFFIX, Limb, Side

MCP2_E, MCP2_J = SITE_BY_SUFFIX["mcp_E__2"], SITE_BY_SUFFIX["mcp_J__2"]


def cell(patient: str, site, truth: int, points: int, low: float, high: float) -> CellPair:  # type: ignore[no-untyped-def]
    return CellPair(patient, Limb.HAND, Side.L, site, truth, points, low, high)


def test_figures_by_hand() -> None:
    cells = [
        cell("a", MCP2_E, 2, 2, 1, 3), cell("a", MCP2_J, 0, 1, 0, 1),
        cell("b", MCP2_E, 5, 3, 2, 4), cell("b", MCP2_J, 4, 4, 3, 4),
    ]  # fmt: skip
    sites = site_figures(cells)
    assert sites["erosion_site_rmse"] == pytest.approx(np.sqrt(2), abs=1e-3)
    assert sites["coverage"] == 0.75 and sites["erosion_coverage"] == 0.5
    assert sites["jsn_mean_points_at_zero"] == 1
    totals = total_figures(cells)
    assert totals["total_rmse"] == pytest.approx(np.sqrt((1 + 4) / 2), abs=0.01) and totals["total_pearson"] == 1
    assert false_points(cells) == {"hand_mean": 5.0, "hand_worst": 7.0, "hand_films": 2}
