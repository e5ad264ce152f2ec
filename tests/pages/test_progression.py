"""The page "Progression" without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from core.svh import SITE_BY_SUFFIX, Limb, Reading, Side
from pages.widgets.progression_study import VISITS, ProgressionStudy, sample_progression
from tests.pages.page_runs import ROOT

ULNA = (Side.L, SITE_BY_SUFFIX["wrist_E__ulna"])
RADIUS = (Side.L, SITE_BY_SUFFIX["wrist_E__radius"])


def opened(study: ProgressionStudy | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60)
    app.session_state["research_use_understood"] = True
    if study:
        app.session_state["progression_study"] = study
    return app.switch_page("progression.py").run()


def words(page: AppTest) -> str:
    assert not page.exception
    return " ".join(e.value for kind in ("markdown", "info", "caption") for e in getattr(page, kind))


def test_opens_on_the_sample_with_change_sdc_and_speed() -> None:
    page = opened()
    study = sample_progression()
    first, last = (study.readings["Reader 1", "P001", visit].svh for visit in (VISITS[0], VISITS[2]))
    assert f"{last - first:+d} points" in words(page) and f"from {first} to {last}" in words(page)
    assert "smallest detectable change of one reader" in words(page) and "points a year" in words(page)


def test_other_visits_give_their_own_change() -> None:
    page = opened()
    page.selectbox("progression_first").set_value(VISITS[1]).run()
    study = sample_progression()
    first, last = (study.readings["Reader 1", "P001", visit].svh for visit in VISITS[1:])
    assert f"from {first} to {last}" in words(page)


def test_numbers_worked_by_hand_for_ones_own_readings() -> None:
    readings = {
        ("Ann", "X", "2025-01-01"): Reading({ULNA: 0, RADIUS: None}),
        ("Ann", "X", "2026-01-01"): Reading({ULNA: 5, RADIUS: 2}),
    }
    said = words(opened(ProgressionStudy(readings)))
    # 5 points in 365 days are 5.003 a year; the radius was scored at one visit only.
    assert "+5 points" in said and "+5.0 points a year: rapid" in said and "1 sites were scored at one" in said
    assert "needs two readers" in said


def test_visits_without_dates_and_a_single_visit_are_said_in_words() -> None:
    undated = {("A", "X", "month 0"): Reading({ULNA: 1}), ("A", "X", "month 6"): Reading({ULNA: 3})}
    said = words(opened(ProgressionStudy(undated)))
    assert "+2 points" in said and "a year:" not in said
    assert "Change needs two" in words(opened(ProgressionStudy({("A", "X", "v1"): Reading({ULNA: 1})})))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "**b** [x](http://y)", "=1+1", "患者"])
def test_hostile_names_do_no_harm(name: str) -> None:
    readings = {(name, name, visit): Reading({ULNA: n}) for n, visit in enumerate(VISITS)}
    assert name not in words(opened(ProgressionStudy(readings, {name: name})))


def test_the_sample_progresses_and_is_the_same_every_time() -> None:
    study = sample_progression()
    assert len(study.patients) == 40 and study.visits("Reader 2", "P040") == list(VISITS)
    means = {g: [c for c, _ in study.changes("Reader 1", g).values()] for g in ("Group A", "Group B")}
    assert sum(means["Group A"]) > 2 * sum(means["Group B"]) > 0
    assert study.film is not None
    films = [study.film("P001", visit, Limb.HAND, Side.L) for visit in (VISITS[0], VISITS[2], VISITS[0])]
    assert films[0].sha256 == films[2].sha256 != films[1].sha256
