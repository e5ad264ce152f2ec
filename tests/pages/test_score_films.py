"""The page "Score films" without a browser: the stub reader, and what a person would see and press."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.checkpoint import WeightsError
from core.measure import JointWidth, Unmeasured
from core.svh import Limb, Side
from pages.server.job_queue import Job
from pages.widgets.score.film_viewer import joints_data
from pages.widgets.shared import cached_reader, sample_case
from pages.widgets.shared.scoring_job import Outcome, look_every_s, time_left
from tests.pages.page_runs import film_bytes, opened_page


def shown_total(page: AppTest) -> int:
    block = next(h.body for h in page.get("html") if 'data-testid="svh"' in h.body)
    return int(block.split('data-testid="svh">')[1].split("<")[0])


def select(page: AppTest, joint: str) -> str:
    """Select a joint of the first film as the viewer does; the film's key."""
    case = page.session_state["case"]
    case.film_key, case.joint = case.films[0].key, joint
    page.run()
    return case.films[0].key


def points_control(page: AppTest, suffix: str) -> Any:
    case = page.session_state["case"]
    return page.segmented_control(f"points_{case.films[0].key}_{suffix}_{case.revision}")


def words(page: AppTest) -> str:
    return " ".join(
        e.value for kind in ("warning", "info", "error", "markdown", "caption") for e in getattr(page, kind)
    )


def test_opens_with_the_scored_sample(page: AppTest) -> None:
    assert not page.exception
    assert shown_total(page) == 128
    assert "sample" in words(page)


def test_a_changed_score_changes_the_total_and_undo_brings_it_back(page: AppTest) -> None:
    key = select(page, "MCP2")
    points_control(page, "mcp_E__2").set_value("4").run()
    assert shown_total(page) == 131
    page.button("undo").click().run()
    assert shown_total(page) == 128
    assert points_control(page, "mcp_E__2").value == "1"
    page.button("redo").click().run()
    assert shown_total(page) == 131
    page.button(f"back_points_{key}_mcp_E__2_{page.session_state['case'].revision}").click().run()
    assert shown_total(page) == 128


def test_not_scorable_leaves_the_total(page: AppTest) -> None:
    select(page, "MCP2")
    points_control(page, "mcp_J__2").set_value("\N{EN DASH}").run()
    assert shown_total(page) == 126
    assert any("<b>1</b> not scorable" in h.body for h in page.get("html"))


def test_the_same_film_twice_is_said_and_counted_once(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"A-LH": 1, "copy": 1})
    assert "copy.png is the same file as A-LH.png" in words(page)
    assert shown_total(page) == 46


def test_a_second_left_hand_is_said_and_not_counted(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"A-LH": 1, "left_hand": 2})
    assert "second film of the left hand" in words(page)
    assert shown_total(page) == 46


def test_files_that_are_no_films_are_named_and_the_sample_stays(page_with: Callable[..., AppTest]) -> None:
    page = page_with(empty=b"", wrong=b"nonsense")
    assert not page.exception
    assert "empty.png" in words(page) and "wrong.png" in words(page)
    assert shown_total(page) == 128


def test_a_zip_gives_the_films_inside(page_with: Callable[..., AppTest]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("study/X-LH.png", film_bytes(1))
        archive.writestr("study/X-RF.png", film_bytes(2))
    page = page_with(study=packed.getvalue())
    assert len(page.session_state["case"].films) == 2
    assert shown_total(page) == 46 + 18


def test_a_refused_film_says_why_and_can_be_scored_anyway(page_with: Callable[..., AppTest]) -> None:
    page = page_with(knee=3)
    assert "no hand or foot" in words(page)
    key = page.session_state["case"].films[0].key
    page.button(f"force_{key}").click().run()
    assert not page.exception
    assert "although it was refused" in words(page)


def test_a_disputed_side_is_asked_for(page_with: Callable[..., AppTest]) -> None:
    page = page_with(left_hand_ask=4)
    key = page.session_state["case"].films[0].key
    question = page.radio(f"ask_side_{key}_0")
    assert question.value is None and "Which side" in question.label
    question.set_value(Side.R).run()
    assert f"ask_side_{key}_0" not in [radio.key for radio in page.radio]
    assert page.session_state["case"].visit().counted[0].side is Side.R


def test_a_side_that_only_the_anatomy_tells_is_asked_and_one_click_confirms_it(
    page_with: Callable[..., AppTest],
) -> None:
    page = page_with(unnamed_a=4, unnamed_b=5)
    assert "Which side is this hand?" in words(page) and "1 more film waits" in words(page)
    page.button("confirm_R").click().run()
    case = page.session_state["case"]
    assert case.edited(case.shown).side is Side.R and len(case.open_sides) == 1
    assert "Side not confirmed: left hand" in words(page)
    page.button("show_open_side").click().run()
    page.button("confirm_L").click().run()
    assert not page.exception and case.open_sides == [] and "confirmed" not in words(page)
    page.button("undo").click().run()
    assert len(case.open_sides) == 1


def test_naming_the_limb_does_not_confirm_the_side(page_with: Callable[..., AppTest]) -> None:
    page = page_with(unnamed=4)
    case = page.session_state["case"]
    page.segmented_control(f"limb_{case.films[0].key}_0").set_value(Limb.FOOT).run()
    assert not page.exception and case.films[0].found.limb is Limb.FOOT
    assert len(case.open_sides) == 1


def test_two_hands_on_one_film_are_two_entries_and_both_count(page_with: Callable[..., AppTest]) -> None:
    page = page_with(both_hands=6)
    case = page.session_state["case"]
    assert [case.edited(film).side for film in case.films] == [Side.L, Side.R]
    assert shown_total(page) == 92


def test_the_sample_comes_back_after_other_films(page_with: Callable[..., AppTest]) -> None:
    page = page_with(**{"A-LH": 1})
    page.button("sample").click().run()
    assert not page.exception
    assert shown_total(page) == 128


def test_without_weights_films_are_seen_and_one_banner_says_so(
    stub: None, sample_folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise WeightsError("weights_missing", "The weights compact are not there.")

    monkeypatch.setattr(cached_reader, "open_reader", missing)
    page = opened_page()
    assert not page.exception
    assert len(page.error) == 1 and "Scoring is off" in page.error[0].value
    assert len(page.session_state["case"].films) == 4


def test_without_a_sample_the_page_still_opens(stub: None, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_case, "FOLDER", tmp_path / "none")
    page = opened_page()
    assert not page.exception
    assert "No films yet" in words(page)


def test_three_hundred_files_that_are_no_films_are_one_line_that_can_be_opened(
    page_with: Callable[..., AppTest],
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(300):
            archive.writestr(f"VIEWER/f{n:03d}.class", b"\xca\xfe\xba\xbe")
        archive.writestr("DICOM/left_hand.png", film_bytes(9))
    page = page_with(cd=packed.getvalue())
    assert not page.exception and len(page.session_state["case"].films) == 1
    assert [box.label for box in page.expander] == ["300 files are no films and were left out"]
    assert ".class" not in words(page) and any("VIEWER/f299.class" in text.value for text in page.text)


def test_the_selected_joint_shows_its_space_in_words_and_as_lines(page: AppTest) -> None:
    case = page.session_state["case"]
    film = case.shown
    spaces = (
        JointWidth("MCP2", None, 11.5, 1.5, 1.1, 1.9, 1.2, 1.6, 1.4, ((1.0, 2.0),) * 2, ((1.0, 9.0),) * 2),
        JointWidth("PIP2", Unmeasured.FLEXED),
    )
    case.films[0] = film = replace(film, found=replace(film.found, widths=spaces))
    for case.joint, lines in (("MCP2", [spaces[0].near, spaces[0].far]), ("PIP2", None), ("ULN", None)):
        sent = {row["name"]: row["lines"] for row in joints_data(case, film, film.found) if "lines" in row}
        assert sent == ({case.joint: lines} if lines else {})  # no edit sends the lines of other joints
    for joint, words in (
        ("MCP2", "1.50 mm (90 % interval 1.10 to 1.90)"),
        ("PIP2", "not measurable: the joint is"),
    ):
        case.joint = joint
        page.run()
        assert not page.exception
        assert any(f"Joint space {words}" in caption.value for caption in page.caption)
    case.joint = "ULN"
    page.run()
    assert not any("Joint space" in caption.value for caption in page.caption)


def test_the_case_stays_in_view_while_other_films_are_scored_and_no_second_upload_begins(page: AppTest) -> None:
    job = Job(iter(()))
    page.session_state["job"] = ("files", "", job)
    page.run()
    assert not page.exception and shown_total(page) == 128
    assert [box.label for box in page.status] == ["Scoring your films"]
    assert page.button("score_files").disabled
    job.future.set_result(Outcome(notes=("Nothing could be used.",)))
    page.run()
    assert not page.exception and "Nothing could be used" in words(page) and not page.status


def test_a_film_that_was_read_again_for_another_case_changes_nothing(page: AppTest) -> None:
    job = Job(iter(()))
    job.future.set_result(Outcome(readings=page.session_state["case"].visit().films))
    page.session_state["job"] = ("again", "no such film", job)
    page.run()
    assert not page.exception and shown_total(page) == 128


def test_the_time_that_is_left_is_said_as_a_person_would() -> None:
    assert [time_left(s) for s in (None, 3.0, 44.0, 89.0, 100.0, 299.0)] == [
        "", "About 10 seconds left.", "About 40 seconds left.", "About 90 seconds left.", "About 2 minutes left.",
        "About 5 minutes left.",
    ]  # fmt: skip


def test_the_more_wait_the_rarer_a_page_looks() -> None:
    assert [look_every_s(others) for others in (0, 1, 5, 40)] == [0.3, 0.6, pytest.approx(1.8), 2.0]
