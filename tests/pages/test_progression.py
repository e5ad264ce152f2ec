"""The page "Progression" without a browser."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.agreement import Study, compare, study_of
from core.agreement.progression import detectable_change
from core.agreement.study_score import reader_score, score_changes
from core.cohort.scores import Scores, scores_of
from core.store import Mark, Order, Store
from core.svh import SITE_BY_SUFFIX, Limb, Reading, Side
from pages.widgets.progression.progression_study import VISITS, ProgressionStudy, sample_progression
from tests.pages.page_runs import ROOT

ULNA = (Side.L, SITE_BY_SUFFIX["wrist_E__ulna"])
RADIUS = (Side.L, SITE_BY_SUFFIX["wrist_E__radius"])


def opened(study: ProgressionStudy | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=60)
    app.session_state["research_use_understood"] = True
    if study:
        app.session_state["progression_study"] = study
    return app.switch_page("progression.py").run()


def totals(study: ProgressionStudy, patient: str, visits: tuple[int, ...]) -> list[int]:
    row = reader_score(study.study, "Reader 1").totals[study.study.patients.index(patient)]
    return [int(row[v]) for v in visits]


def words(page: AppTest) -> str:
    assert not page.exception
    return " ".join(e.value for kind in ("markdown", "info", "caption") for e in getattr(page, kind))


def test_opens_on_the_sample_with_change_sdc_and_speed() -> None:
    page = opened()
    study = sample_progression()
    first, last = totals(study, "P001", (0, 2))
    assert f"{last - first:+d} points" in words(page) and f"from {first} (" in words(page)
    assert f"to {last} (2026" in words(page).replace("\\", "")
    assert "smallest detectable change of one reader" in words(page) and "points a year" in words(page)


def test_other_visits_give_their_own_change() -> None:
    page = opened()
    page.selectbox("progression_first").set_value(VISITS[1]).run()
    study = sample_progression()
    first, last = totals(study, "P001", (1, 2))
    assert f"from {first} (2025-03-03) to {last} (2026-03-02)" in words(page).replace("\\", "")


def test_numbers_worked_by_hand_for_ones_own_readings() -> None:
    readings = {
        ("Ann", "X", "2025-01-01"): Reading({ULNA: 0, RADIUS: None}),
        ("Ann", "X", "2026-01-01"): Reading({ULNA: 5, RADIUS: 2}),
    }
    said = words(opened(ProgressionStudy(study_of(readings))))
    # 5 points in 365 days are 5.003 a year; the radius was scored at one visit only.
    assert "+5 points" in said and "+5.0 points a year: rapid" in said and "1 sites were scored at one" in said
    assert "needs two readers" in said


def test_visits_without_dates_and_a_single_visit_are_said_in_words() -> None:
    undated = {("A", "X", "V1"): Reading({ULNA: 1}), ("A", "X", "V2"): Reading({ULNA: 3})}
    said = words(opened(ProgressionStudy(study_of(undated))))
    assert "+2 points" in said and "a year:" not in said
    assert "Change needs two" in words(opened(ProgressionStudy(study_of({("A", "X", "v1"): Reading({ULNA: 1})}))))


@pytest.mark.parametrize(
    ("visits", "by", "said"),
    [
        (("2025-01-01", "2026-01-01"), 5, "+5.0 points a year: rapid"),
        (("2024-01-01", "2025-01-01"), 5, "+5.0 points a year: rapid"),  # 366 days, and a year all the same
        (("2025-01-01", "2026-01-02"), 5, "+4.99 points a year: not rapid"),
        (("week 0", "week 54"), 5, "+4.8 points a year: not rapid"),
        (("month 0", "month 6"), 2, "+4.0 points a year: not rapid"),
        (("BL", "M12"), 5, "+5.0 points a year: rapid"),
    ],
)
def test_a_rate_is_exact_and_never_contradicts_its_own_figure(visits: tuple[str, str], by: int, said: str) -> None:
    readings = {("A", "X", visits[0]): Reading({ULNA: 0}), ("A", "X", visits[1]): Reading({ULNA: by})}
    assert said in words(opened(ProgressionStudy(study_of(readings))))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "**b** [x](http://y)", "=1+1", "患者"])
def test_hostile_names_do_no_harm(name: str) -> None:
    readings = {
        (name, name, visit): Scores(scores_of(Reading({ULNA: n})).points, group=name) for n, visit in enumerate(VISITS)
    }
    assert name not in words(opened(ProgressionStudy(study_of(readings))))


def test_the_sample_progresses_and_is_the_same_every_time() -> None:
    study = sample_progression()
    assert len(study.patients) == 40 and study.visits("Reader 2", "P040") == list(VISITS)
    changes = score_changes(study.study, reader_score(study.study, "Reader 1"))
    means = {g: [c.change for c in changes if study.study.groups[c.patient] == g] for g in ("Group A", "Group B")}
    assert sum(means["Group A"]) > 2 * sum(means["Group B"]) > 0
    assert study.film is not None
    films = [study.film("P001", visit, Limb.HAND, Side.L) for visit in (VISITS[0], VISITS[2], VISITS[0])]
    assert films[0].sha256 == films[2].sha256 != films[1].sha256


def test_tables_of_ones_own_replace_the_sample_and_back() -> None:
    rows = [
        f"X,month {month},{reader},LH,wrist_E__ulna,{points}"
        for reader, points_at in (("A", {2: 1, 10: 4}), ("B", {2: 1, 10: 3}))
        for month, points in points_at.items()
    ]
    page = opened()
    text = "\n".join(["patient,visit,reader,side,site,points", *rows[::-1]])
    page.file_uploader("tables_0").set_value(("mine.csv", text.encode(), "text/csv")).run()
    page.button("read_tables").click().run()
    said = words(page)
    assert (
        "Progression · tables" in said and "+3 points" in said and "from 1 (month 2) to 4 (month 10)" in said
    )  # month 2 before month 10
    page.button("sample_study").click().run()
    assert "sample, 40 phantom patients" in words(page)


def test_a_bad_table_changes_nothing() -> None:
    page = opened()
    page.file_uploader("tables_0").set_value(("bad.csv", b"patient,visit\n1,2\n", "text/csv")).run()
    page.button("read_tables").click().run()
    assert len(page.error) == 1 and "Nothing was changed" in page.error[0].value
    assert "sample, 40 phantom patients" in words(page)


def test_the_case_store_keeps_visits_in_time_and_shows_their_films(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}")
    store = Store()
    for n, label in enumerate(("screening", "after")):  # not in the order of the alphabet
        visit = store.add_visit("P1", label)
        film = np.full((60, 40), 0.2 + 0.1 * n, np.float32)
        store.add_film(visit, film, limb=Limb.HAND, side=Side.L, joints={})
        reading = store.begin(visit, "Ann", order=Order.CHRONOLOGICAL, list_name="", request=f"b{n}").id
        store.record(reading, {ULNA: Mark(2 * n)}, request=f"r{n}")
        store.reveal(reading, request=f"v{n}")
        store.complete(reading, request=f"c{n}")
    page = opened()
    page.button("use_store").click().run()
    said = words(page)
    assert "Progression · case store" in said and "+2 points" in said and "from 0 (screening) to 2 (after)" in said
    assert page.selectbox("progression_first").value == "screening"
    study = page.session_state["progression_study"]
    assert study.visits("Ann", "P1") == ["screening", "after"]


def test_the_sdc_is_that_of_people_and_worked_by_hand() -> None:
    # Changes 5, 3, 5, 0 and 4, 4, 4, 1: differences 1, -1, 1, -1, SD sqrt(4 / 3).
    changes = {"Ann": (5, 3, 5, 0), "Ben": (4, 4, 4, 1), "Model 0a": (0, 5, 0, 5)}
    readings = {
        (reader, f"P{n}", visit): Reading({ULNA: change if visit == "2" else 0})
        for reader, mine in changes.items()
        for n, change in enumerate(mine)
        for visit in ("1", "2")
    }
    study = study_of(readings)
    found = detectable_change(study, ("Ann", "Ben"))
    assert found and found.one == pytest.approx(1.96 * math.sqrt(4 / 3) / math.sqrt(2))
    page = opened(ProgressionStudy(study))
    assert page.session_state["progression_readers"] == ["Ann", "Ben"]
    assert "SDC: smallest detectable change of one reader, of Ann and Ben in 4 patients" in words(page)
    people = {key: value for key, value in readings.items() if key[0] != "Ben"}
    assert "needs two readers" in words(opened(ProgressionStudy(study_of(people))))


def test_the_sdc_is_that_of_reader_agreement_though_a_reader_lacks_visits() -> None:
    rng = np.random.default_rng(5)
    readings = {}
    for n in range(12):
        grade = 0
        for visit in VISITS:
            grade = min(5, grade + int(rng.integers(0, 3)))
            for reader in ("Ann", "Ben"):
                if not (reader == "Ben" and visit == VISITS[2] and n % 2):
                    readings[reader, f"P{n}", visit] = Reading({ULNA: int(np.clip(grade + rng.integers(-1, 2), 0, 5))})
    study = study_of(readings)
    theirs = compare(study, ("Ann", "Ben"), change=True, draws=10).of("total").estimates["sdc_one"].value
    assert theirs and f"smallest detectable change of one reader, {theirs:.1f} points" in words(
        opened(ProgressionStudy(study))
    )


def three_readers(seed: int) -> Study:
    """Twelve patients at two visits, read by three who guess."""
    rng = np.random.default_rng(seed)
    return study_of({
        (reader, f"P{n}", visit): Reading({ULNA: int(rng.integers(0, 5)), RADIUS: int(rng.integers(0, 5))})
        for reader in ("Ann", "Ben", "Cid")
        for n in range(12)
        for visit in VISITS[:2]
    })  # fmt: skip


def test_the_readers_in_view_set_the_sdc() -> None:
    study = three_readers(6)
    page = opened(ProgressionStudy(study))
    page.button_group("progression_readers").set_value(["Ben", "Cid"]).run()
    found = detectable_change(study, ("Ben", "Cid"))
    assert found and f"smallest detectable change of one reader, {found.one:.1f} points" in words(page)


def line_of(page: AppTest, key: str) -> list[float]:
    """The heights of the horizontal lines of a chart."""
    spec = json.loads(next(chart for chart in page.get("plotly_chart") if key in chart.proto.id).proto.spec)
    return [shape["y0"] for shape in spec["layout"].get("shapes", [])]


def test_the_line_of_the_cohort_is_the_sdc_of_what_is_drawn() -> None:
    study = three_readers(8)
    page = opened(ProgressionStudy(study))
    three = detectable_change(study, ("Ann", "Ben", "Cid"))
    assert three and line_of(page, "progression_cohort")[0] == pytest.approx(three.mean)
    assert "The line is that of the mean." in words(page)
    page.button_group("progression_readers").set_value(["Ben", "Cid"]).run()
    two = detectable_change(study, ("Ben", "Cid"))
    assert two and line_of(page, "progression_cohort")[0] == pytest.approx(two.one)


def test_groups_of_a_table_are_shown_and_missing_visits_have_their_sensitivity() -> None:
    rows = ["patient,visit,group,total Ann,total Ben"]
    for n in range(12):
        for v, visit in enumerate(("BL", "W24", "W52")):
            if not (n == 3 and v == 1):
                rows.append(f"P{n},{visit},{'drug' if n % 2 else 'placebo'},{10 + 3 * v + n},{11 + 3 * v + n}")
    page = opened()
    page.file_uploader("tables_0").set_value(("trial.csv", "\n".join(rows).encode(), "text/csv")).run()
    page.button("read_tables").click().run()
    assert not page.exception
    by_visit = next(frame.value for frame in page.dataframe if "Q1" in frame.value.columns)
    assert {"drug", "placebo", "all"} == set(by_visit["Group"])
    missing = next(frame.value for frame in page.dataframe if "Missing visits" in frame.value.columns)
    assert missing["Patients"].tolist() == [12, 12, 12, 11]
