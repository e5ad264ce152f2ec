"""Joint spaces on the page "Progression", with a reader that measured two drawn films."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.agreement import study_of
from core.measure import JointWidth, Unmeasured
from core.model_reader import FilmReading, FilmStatus
from core.radiograph import Radiograph
from core.svh import SITE_BY_SUFFIX, Limb, Reading, Side
from pages.widgets.progression.progression_study import ProgressionStudy
from pages.widgets.shared import cached_reader
from tests.core.measure.test_change import MM, film, joint
from tests.pages.test_progression import opened, words

GAPS = {"2025-01-01": 1.6, "2026-01-01": 1.3}
ULNA = (Side.L, SITE_BY_SUFFIX["wrist_E__ulna"])
BENT = JointWidth("PIP2", Unmeasured.FLEXED)


def _radiograph(visit: str) -> Radiograph:
    pixels = film(gap_mm=GAPS[visit], noise=int(visit[:4]))
    return Radiograph(np.ascontiguousarray(pixels), visit, visit.replace("-", "").ljust(64, "0"), spacing_mm=MM)


class Reader:
    """Knows the lines of the drawn films; `measured` is whether it scores them."""

    weights, cards, whole_hand, measured = "stub", (), None, True

    def read_film(self, radiograph: Radiograph, *, slot: tuple[Limb, Side]) -> tuple[FilmReading, ...]:
        size = (radiograph.width_px, radiograph.height_px)
        if not self.measured:
            return (
                FilmReading(radiograph.name, radiograph.sha256, FilmStatus.REFUSED, None, "This is no hand.", *size),
            )
        width = joint(np.array(radiograph.pixels), GAPS[radiograph.name]).width
        reading = FilmReading(radiograph.name, radiograph.sha256, FilmStatus.SCORED, None, "", *size)
        return (replace(reading, limb=slot[0], side=slot[1], side_source="user", widths=(width, BENT)),)


def page(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> AppTest:
    monkeypatch.setattr(cached_reader, "open_reader", lambda: reader)
    readings = {("A", "X", visit): Reading({ULNA: n}) for n, visit in enumerate(GAPS)}
    study = ProgressionStudy(study_of(readings), lambda patient, visit, limb, side: _radiograph(visit))
    return opened(study)


def test_nothing_is_measured_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "in millimetres" not in words(page(monkeypatch, Reader()))


def test_the_change_stands_in_millimetres_with_interval_error_and_files(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = page(monkeypatch, Reader())
    shown.button("measure_spaces").click().run()
    said = words(shown)
    assert "1 of 2 joint spaces changed by more than the error" in said and "smallest detectable change" in said
    rows = next(f.value for f in shown.dataframe if "Change, mm" in f.value.columns)
    assert rows["First, mm"][0] == "1.60" and rows["Later, mm"][0] == "1.30"
    assert float(rows["Change, mm"][0]) == pytest.approx(-0.3, abs=0.03) and rows["More than the error"][0] == "yes"
    assert rows["More than the error"][1].startswith("not comparable: the joint space is not measurable")
    assert [b.label for b in shown.get("download_button")][-3:] == ["CSV", "JSON", "PDF"]
    shown.selectbox("progression_first").set_value("2025-01-01").run()
    assert "in millimetres" in words(shown)  # it stays while the page runs again


def test_a_film_that_is_refused_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    reader.measured = False
    shown = page(monkeypatch, reader)
    shown.button("measure_spaces").click().run()
    assert "cannot be compared" in " ".join(e.value for e in shown.info) and "This is no hand." in words(shown)
