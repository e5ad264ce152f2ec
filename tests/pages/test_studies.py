"""Studies on the page: imported without a score, read in the recorded order without a reveal, adjudicated, exported."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.reading_desk.study_desk import HIDDEN, study_desk
from core.store import Status, Store, Studies, verify_export
from core.studies.importing import import_study
from core.studies.plan import plan_study
from core.svh import SITES, Limb, Side
from pages.widgets.read.reading_actions import take
from pages.widgets.read.reading_surface import surface_data
from pages.widgets.shared import scoring_job
from pages.widgets.studies import import_form
from tests.core.batch.stub import StubReader as BatchStub
from tests.core.store.conftest import postgres, url  # noqa: F401
from tests.core.studies.test_import import film, folder
from tests.pages.page_runs import ROOT

CELL = (Side.L, SITES[Limb.HAND][0])


@pytest.fixture
def studies(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studies:  # noqa: F811
    """A study of two patients with two visits in the store of the page, on each database."""
    monkeypatch.setenv("SVH_STORE_URL", url)
    made = Studies(Store(url))
    steps = import_study(made, plan_study([folder(tmp_path / "source", patients=2)]), BatchStub(), name="RA-1", seed=3)
    for _ in steps:
        pass
    return made


def opened(**state: object) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "studies.py"), default_timeout=60)
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def button(app: AppTest, label: str) -> object:
    return next(each for each in app.button if each.label == label)


def words(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.text, *app.info, *app.warning, *app.success, *app.error, *app.code]
    return "\n".join(str(each.value) for each in shown)


def assign(app: AppTest, reader: str, what: str = "First pass", **numbers: int) -> AppTest:
    app.text_input(key="study_reader").set_value(reader)
    app.segmented_control(key="study_what").set_value(what)
    for key, value in numbers.items():
        app.number_input(key=key).set_value(value)
    return button(app, "Assign").click().run()


def read_all(studies: Studies, reader: str, points: int, session: int = 1) -> None:
    desk = study_desk(studies, studies.get("RA-1"), reader, session)
    for number in range(len(desk.visits)):
        desk.at = number
        desk.open_visit()
        key, site = desk.sheet.films[0].key, CELL[1].suffix
        at = desk.acked
        sheet = desk.sheet.key
        mark = {"n": at + 1, "sheet": sheet, "do": "mark", "film": key, "site": site, "points": points}
        take(desk, [mark, {"n": at + 2, "sheet": sheet, "do": "reveal"}])
        assert desk.sheet.values.status is Status.COMPLETE and not desk.trouble


def test_an_import_tells_films_and_visits_and_no_score(
    url: str,  # noqa: F811
    stub: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SVH_STORE_URL", url)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(("P1/BL/LH.png", "P1/W24/LH.png", "P2/BL/LH.png")):
            archive.writestr(name, film(number))
    monkeypatch.setattr(import_form.cached_reader, "open_reader", BatchStub)
    steps = import_form._steps(Studies(Store()), [("s.zip", out.getvalue())], None, "Z", 5)
    job = scoring_job.start(steps)
    app = opened(study_job=job)
    assert not app.exception and "Z: 3 films of 3 visits are imported." in words(app)
    assert not re.search("SvH|points of|erosion|JSN", words(app).replace("Readers apart by, points", ""))


def test_readers_are_assigned_and_their_progress_is_shown(studies: Studies) -> None:
    app = opened()
    assert "Nobody reads yet." in words(app)
    assign(app, "Ann")
    assign(app, "Ann", "Second pass", study_washout=28)
    assert [(a.reader, a.session) for a in studies.get("RA-1").assignments] == [("Ann", 1), ("Ann", 2)]
    assert studies.get("RA-1").washout_days == 28
    assign(app, "Ann")
    assert "Ann has this pass already." in words(app)
    read_all(studies, "Ann", 1)
    assert studies.progress("RA-1")[0].done == 4
    app = opened()
    app.selectbox(key="study_pass").set_value("Ann · pass 2")
    button(app, "Begin or resume").click().run()
    assert "The second pass begins on 20" in words(app)


def test_a_reader_of_a_study_never_gets_the_model_not_even_by_a_made_up_message(studies: Studies) -> None:
    studies.assign("RA-1", "Ann")
    desk = study_desk(studies, studies.get("RA-1"), "Ann", 1)
    assert desk.title == "Visit 1 of 4"
    key, site = desk.sheet.films[0].key, CELL[1].suffix
    sheet = desk.sheet.key
    accept = {"n": 1, "sheet": sheet, "do": "accept", "film": key, "site": site}
    take(desk, [accept, {"n": 2, "sheet": sheet, "do": "reveal"}, {**accept, "n": 3}])
    data = surface_data(desk, dict.fromkeys(("LH", "RH", "LF", "RF"), "x"))
    assert data["values"] == {} and data["status"] == "complete" and "model" not in str(data["values"])
    assert desk.sheet.answer.result().nothing == HIDDEN
    desk.begin_again()
    assert desk.sheet.values.status is Status.COMPLETE


def test_a_third_reader_is_called_then_the_study_is_locked_revealed_and_exported(
    studies: Studies, tmp_path: Path
) -> None:
    for reader, points in (("Ann", 0), ("Bob", 5)):
        studies.assign("RA-1", reader)
        read_all(studies, reader, points)
    app = opened()
    assign(app, "Cem", "Adjudication", study_apart=100)
    assert "No visit has two readings" in words(app)
    assign(app, "Cem", "Adjudication", study_apart=5)
    assert studies.progress("RA-1")[-1].total == 4
    read_all(studies, "Cem", 3)
    app = opened()
    app.checkbox(key="study_sure").check().run()
    button(app, "Lock the study").click().run()
    button(app, "Prepare the export").click().run()
    assert not app.exception
    name, _, data, digest = app.session_state["study_zip"]
    (tmp_path / "x.zip").write_bytes(data)
    assert name == "RA-1" and verify_export(tmp_path / "x.zip", expect=digest).faults == ()
    button(app, "Reveal the model").click().run()
    assert {key[0] for key in studies.readings("RA-1", model=True)} == {"Ann", "Bob", "Cem", "model"}
    assert not [each for each in app.button if each.label in ("Assign", "Begin or resume")]
