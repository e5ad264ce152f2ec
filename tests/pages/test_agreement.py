"""The page "Reader agreement" without a browser.

The sample, tables of one's own, the model, what cannot be compared.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.agreement import Study, study_of
from core.agreement.results import rmse_to_mean
from core.agreement.study_score import Adjudicator
from core.cohort.long_table import write_long
from core.radiograph import Radiograph
from core.reading_desk import ReadFilm
from core.store import Mark, Order, Store
from core.svh import SITE_BY_SUFFIX, SITES, Damage, Limb, Reading, Side
from pages.widgets.agreement.agreement_charts import FOOT, HAND, kappa_map
from pages.widgets.agreement.film_close_up import close_up_box
from pages.widgets.agreement.study_in_view import STUDY
from pages.widgets.shared.study_source import shown
from tests.core.agreement.studies import cell_study, random_study, totals_study
from tests.pages.page_runs import opened_page


@pytest.fixture
def sample(stub: None, sample_folder: object) -> AppTest:
    return opened_page().switch_page("agreement.py").run()


@pytest.fixture
def page_of(stub: None, sample_folder: object):
    def make(study: Study) -> AppTest:
        return opened_page(**{STUDY: study}).switch_page("agreement.py").run()

    return make


def metric(page: AppTest, label: str) -> str:
    return next(m.value for m in page.metric if m.label == label)


def table(page: AppTest, column: str) -> pd.DataFrame:
    """The first table with a column of this name."""
    return next(frame.value for frame in page.dataframe if column in frame.value.columns)


def words(page: AppTest) -> str:
    return " ".join(
        e.value for kind in ("warning", "info", "error", "markdown", "caption") for e in getattr(page, kind)
    )


def test_opens_with_the_sample(sample: AppTest) -> None:
    assert not sample.exception
    assert "sample, two simulated readers" in words(sample) and "40 patients, status" in words(sample)
    assert float(metric(sample, "ICC(A,1)")) > 0.9
    shown_table = table(sample, "Statistic").set_index("Statistic")["Reader A \N{MINUS SIGN} Reader B"]
    assert shown_table["ICC(A,1)"].startswith(metric(sample, "ICC(A,1)"))
    assert {"SDD, mean of two", "Lin's concordance", "Paired t-test p"} <= set(shown_table.index)
    assert [len(f.value) for f in sample.dataframe if "Part" in f.value.columns] == [21, 43]


def test_change_shows_the_sdc_of_change(sample: AppTest) -> None:
    sample.segmented_control("agreement_kind").set_value("Change").run()
    assert not sample.exception and "change from 2024-03-01 to 2025-03-01" in words(sample)
    assert metric(sample, "SDC, mean of two")


def test_another_part_of_the_score_has_its_own_numbers(sample: AppTest) -> None:
    before = table(sample, "Statistic")
    sample.selectbox("agreement_part").set_value("jsn").run()
    assert not sample.exception and not table(sample, "Statistic").equals(before)


def test_a_lower_threshold_calls_the_third_reader_more_often(sample: AppTest) -> None:
    assert "**1 of 38 patients** go to adjudication, a rate of **2.6%**" in words(sample)
    sample.number_input("adjudication_threshold").set_value(3.0).run()
    assert "More than 20 %" in words(sample) and len(table(sample, "Visits")) > 8


def test_the_rule_of_adjudication_is_chosen_and_goes_into_the_files(page_of) -> None:
    page = page_of(totals_study({"A": [[10, 12], [20, 40]], "B": [[12, 16], [20, 22]], "C": [[9, 9], [21, 26]]}))
    assert page.selectbox(key="adjudicator").value is None and not any("Q1" in f.value for f in page.dataframe)
    page.selectbox(key="adjudicator").select("C").run()
    assert not page.exception
    scores = table(page, "Q1")
    made = scores[scores["Score"].str.contains("adjudicated by C")]
    assert made["Mean"].tolist() == [(11 + 21) / 2, (14 + 26) / 2]
    page.selectbox(key="adjudicated_by").select(Adjudicator.NEAREST_TWO).run()
    made = table(page, "Q1")
    assert made[made["Score"].str.contains("nearest two")]["Mean"].tolist() == [(11 + 20) / 2, (14 + 24) / 2]


def test_a_table_of_ones_own_replaces_the_sample_and_back(sample: AppTest) -> None:
    text = write_long(random_study(4, patients=5).readings)
    sample.file_uploader("tables_0").set_value(("mine.csv", text.encode(), "text/csv")).run()
    sample.button("read_tables").click().run()
    assert not sample.exception and "5 patients, status" in words(sample) and "sample, two" not in words(sample)
    sample.button("sample_study").click().run()
    assert "40 patients, status" in words(sample)


def test_a_bad_table_is_refused_whole_and_the_study_stays(sample: AppTest) -> None:
    bad = b"patient,visit,reader,side,site,points\nP1,1,A,LH,mcp_J__2,9\n"
    sample.file_uploader("tables_0").set_value(("bad.csv", bad, "text/csv")).run()
    sample.button("read_tables").click().run()
    assert not sample.exception and len(sample.error) == 1
    said = sample.error[0].value.replace("\\", "")
    assert "bad.csv: row 2: points is 9, but LH_mcp_J__2 takes 0 to 4. Nothing was changed." in said
    assert "40 patients, status" in words(sample)


def test_the_model_stands_beside_the_readers_with_its_yardstick(page_of) -> None:
    study = random_study(5, readers="ABM")
    page = page_of(study_of({("model" if r == "M" else r, p, v): x for (r, p, v), x in study.readings.items()}))
    assert not page.exception
    minus = "\N{MINUS SIGN}"
    columns = list(table(page, "Statistic").columns)
    assert columns == ["Statistic", f"A {minus} B", f"model {minus} A", f"model {minus} B", "Formula"]
    assert "half of the readers' RMSE against each other" in words(page)
    found = rmse_to_mean(page.session_state[STUDY], "model", ("A", "B"))
    assert found and f"**{found[0]:.2f}**" in words(page) and f"**{found[1]:.2f}**" in words(page)


def test_three_readers_have_an_intraclass_correlation_together(page_of) -> None:
    page = page_of(random_study(5, readers="ABC"))
    assert not page.exception and "All 3 readers together, 12 patients" in words(page) and "ICC(A,k)" in words(page)


def test_readers_without_a_patient_in_common_are_told_so(page_of) -> None:
    page = page_of(cell_study([1, None], [None, 1]))
    assert not page.exception and "did not score the same patient" in words(page)


def test_one_visit_has_no_change(page_of) -> None:
    page = page_of(cell_study([1, 2], [1, 3]))
    page.segmented_control("agreement_kind").set_value("Change").run()
    assert not page.exception and "no patient in common with two visits" in words(page)


def test_nothing_but_zeros_is_said_in_words(page_of) -> None:
    page = page_of(cell_study([0] * 9, [0] * 9))
    shown_metric = next(m for m in page.metric if m.label == "ICC(A,1)")
    assert not page.exception
    assert (shown_metric.value, shown_metric.delta) == ("\N{EN DASH}", "not estimable (0 non-zero of 9)")


def test_names_are_no_markdown_and_no_html(page_of) -> None:
    name = "![x](http://example.org/a.png)<b>"
    page = page_of(study_of({(name if r == "A" else r, p, v): x for (r, p, v), x in random_study(6).readings.items()}))
    assert not page.exception and "](http" not in words(page)
    assert shown("a*b_[c]") == r"a\*b\_\[c\]"


READ = {(Side.L, site): 1 for site in SITES[Limb.HAND]}
MCP2 = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two visits of one hand that Ann read blinded and changed after the reveal, and the model."""
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}")
    store = Store()
    for n, label in enumerate(("screening", "month 6")):
        visit = store.add_visit("P1", label)
        film = np.full((300, 200), 0.3, np.float32)
        store.add_film(visit, film, limb=Limb.HAND, side=Side.L, joints={"MCP2": (90.0, 110.0)}, spacing_mm=0.5)
        reading = store.begin(visit, "Ann", order=Order.BLINDED, list_name="", request=f"begin {n}").id
        store.record(reading, {cell: Mark(points) for cell, points in READ.items()}, request=f"read {n}")
        store.reveal(reading, request=f"reveal {n}")
        store.record(reading, {MCP2: Mark(4 + n)}, request=f"change {n}")
        store.complete(reading, request=f"done {n}")
        store.record_model(visit, Reading(READ | {MCP2: 3}), cards={"weights": "0"})
    return store


def test_the_case_store_shows_person_and_model_and_the_film_at_the_joint(sample: AppTest, store: Store) -> None:
    sample.button("use_store").click().run()
    assert not sample.exception and "Reader agreement · case store" in words(sample)
    assert sample.selectbox("reader_first").value == "Ann"
    assert sample.selectbox("reader_second").value.startswith("model ")
    rows = table(sample, "Joint")
    assert rows[["Visit", "Joint", "Apart"]].values.tolist() == [["month 6", "MCP 2", 2], ["screening", "MCP 2", 1]]
    captions = [image.caption for images in sample.get("image") for image in images.proto.imgs]
    assert captions[:2] == ["month 6: MCP 2", "Left hand; the frame is the close-up"]


def test_the_values_from_before_the_model_can_be_compared(sample: AppTest, store: Store) -> None:
    sample.button("use_store").click().run()
    sample.segmented_control("store_values").set_value("Before the model").run()
    assert not sample.exception and "Given blinded" in words(sample)
    assert table(sample, "Joint")["Apart"].tolist() == [2, 2]  # 1 against 3 at both visits


def test_a_store_without_two_readers_changes_nothing(
    sample: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{tmp_path / 'none' / 'store.sqlite'}")
    sample.button("use_store").click().run()
    assert not sample.exception and "there are no readings" in words(sample) and "40 patients" in words(sample)
    assert not (tmp_path / "none").exists()


def test_tables_have_no_films_and_say_so(page_of) -> None:
    assert "there are no films here" in words(page_of(cell_study([1, 2], [1, 3])))


def test_the_close_up_has_its_size_in_millimetres() -> None:
    shot = Radiograph(np.zeros((300, 200), np.float32), "LH", "0" * 64, spacing_mm=0.5)
    assert close_up_box(ReadFilm(shot, Limb.HAND, Side.L, {"MCP2": (90, 110)}), "MCP2") == (58, 78, 122, 142)


@pytest.mark.parametrize("limb", Limb)
@pytest.mark.parametrize("damage", Damage)
def test_every_site_has_a_place_on_the_map(limb: Limb, damage: Damage) -> None:
    from core.agreement import compare

    places = HAND if limb is Limb.HAND else FOOT
    wanted = [places[s.joint] for s in SITES[limb] if s.damage is damage]
    assert len(set(wanted)) == len(wanted)
    drawn = [t for t in kappa_map(compare(random_study(7), ("A", "B"), draws=10), limb, damage).data if t.text]
    assert sorted((t.x[0], t.y[0]) for t in drawn) == sorted(wanted)
