"""What an error of the pose's scale costs: each error is tried, and none stays."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from core.evaluation import disease
from core.evaluation.scores import CellPair
from core.svh import SITES, Limb, Side


def test_every_error_of_the_scale_is_tried_and_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    reader: Any = SimpleNamespace(scorer=SimpleNamespace(zoom=1.0))
    site = SITES[Limb.HAND][0]

    def cells(film: str, reading: float, name: str) -> Iterator[CellPair]:
        """At the right size the points are the truth; at another they are one point too few."""
        for truth in (0, 1, 2, 3):
            points = truth if reading == 1.0 else max(0, truth - 1)
            yield CellPair(name, Limb.HAND, Side.L, site, truth, points, 0, 5)

    monkeypatch.setattr(disease, "phantom_films", lambda patients: [("P0", "film")] * patients)
    monkeypatch.setattr(disease, "read_one", lambda reader, film: reader.scorer.zoom)
    monkeypatch.setattr(disease, "pairs", cells)
    curve = disease.scale_figures(reader, None, 2, log=lambda line: None)
    name = f"phantom_{'erosion' if site.damage.value == 'E' else 'jsn'}_kappa"
    assert list(curve) == ["-25%", "-12%", "+0%", "+12%", "+25%"]
    assert curve["+0%"] == {name: 1.0}
    assert all(curve[error][name] < 1 for error in curve if error != "+0%")
    assert reader.scorer.zoom == 1.0
