"""The page "Teaching" without a browser.

Right and wrong answers, the words of the truth, seeds, a whole film, a class.
"""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from core.svh import SITE_BY_SUFFIX, SITES, Limb, grade_words
from core.teaching import Difficulty, Question, make_case
from pages.widgets.teaching.class_seat import classes
from tests.pages.page_runs import opened_page

CASE = make_case(42, Difficulty.EASY, Limb.HAND)


@pytest.fixture
def teaching(stub: None, sample_folder: object) -> AppTest:
    return opened_page().switch_page("teaching.py").run()


def words(page: AppTest) -> str:
    return " ".join(
        e.value for kind in ("markdown", "caption", "info", "error", "warning") for e in getattr(page, kind)
    )


def answer(page: AppTest, joint: str, off: int) -> None:
    for site, truth in CASE.truth(joint).items():
        given = truth + off if truth + off <= site.maximum else truth - off
        page.button(f"give_{site.suffix}_{given}").click().run()
    page.button("check").click().run()


def test_a_right_answer_is_told_with_the_grade_in_words(teaching: AppTest) -> None:
    joint = CASE.order[0]
    assert teaching.button("check").disabled
    assert "the truth is" not in words(teaching)
    answer(teaching, joint, 0)
    assert not teaching.exception
    for site, truth in CASE.truth(joint).items():
        assert f"Right: you gave {truth}" in words(teaching) and grade_words(site, truth) in words(teaching)


def test_a_wrong_answer_tells_how_far_and_what_it_would_have_meant(teaching: AppTest) -> None:
    joint = CASE.order[0]
    answer(teaching, joint, 1)
    assert "1 too " in words(teaching) and "would be:" in words(teaching)
    answers = teaching.session_state["practice"].answers
    assert [abs(a.given - a.truth) for a in answers] == [1] * len(CASE.truth(joint))
    teaching.button("next_joint").click().run()
    assert "Joint 2 of 22" in words(teaching) and "the truth is" not in words(teaching)
    assert "Right" not in words(teaching)


def test_a_typed_seed_brings_its_case(teaching: AppTest) -> None:
    first = words(teaching)
    teaching.number_input("practice_seed_42").set_value(7).run()
    assert "case 7" in words(teaching)
    teaching.number_input("practice_seed_42").set_value(42).run()
    assert words(teaching) == first
    teaching.button("practice_next_case").click().run()
    assert "case 43" in words(teaching)


def test_a_whole_film_is_marked_and_blank_sites_are_not_zero(teaching: AppTest) -> None:
    teaching.toggle("whole_film").set_value(True).run()
    teaching.button("check_film").click().run()
    assert "No site has points yet" in words(teaching)
    for site in SITES[Limb.HAND][:3]:
        teaching.segmented_control(f"film_42_easy_{site.suffix}").set_value(str(CASE.film.grades[site]))
    teaching.button("check_film").click().run()
    assert not teaching.exception
    assert "28 sites were left without points" in words(teaching)
    assert len(teaching.session_state["practice"].answers) == 3


def test_a_class_opens_with_a_code_and_a_wrong_code_is_told(teaching: AppTest) -> None:
    classes.clear()
    teaching.segmented_control("teaching_part").set_value("Class").run()
    teaching.text_input("class_code").set_value("AAAAAA")
    teaching.text_input("nickname").set_value("Ann")
    teaching.button("join_class").click().run()
    assert "no class with this code" in words(teaching)
    teaching.button("open_class").click().run()
    assert not teaching.exception
    code, key = teaching.session_state["taught"]
    assert code in words(teaching) and classes().view(code, key).question.joint == CASE.order[0]
    teaching.button("end_class").click().run()
    assert not teaching.exception and "taught" not in teaching.session_state and not teaching.query_params


def reloaded(page: AppTest) -> AppTest:
    """A new session at the address that the browser shows."""
    fresh = opened_page().switch_page("teaching.py")
    for name, values in page.query_params.items():
        fresh.query_params[name] = values
    return fresh.run()


def test_a_teacher_who_reloads_keeps_the_class_at_its_joint(teaching: AppTest) -> None:
    teaching.segmented_control("teaching_part").set_value("Class").run()
    teaching.button("open_class").click().run()
    code, key = teaching.session_state["taught"]
    teaching.segmented_control("class_limb").set_value(Limb.FOOT).run()
    teaching.number_input("class_seed_42").set_value(5).run()
    teaching.selectbox("class_joint").set_value("MTP3").run()
    asked = classes().view(code, key).question
    assert asked == Question(5, Difficulty.EASY, Limb.FOOT, "MTP3")
    again = reloaded(teaching)
    assert (
        not again.exception and again.session_state["taught"] == (code, key) and f"## :primary[{code}]" in words(again)
    )
    assert classes().view(code, key).question == asked
    again.selectbox("class_joint").set_value("MTP2").run()
    assert classes().view(code, key).question == replace(asked, joint="MTP2")


def test_a_student_who_reloads_keeps_seat_and_answer_until_the_seat_is_given_up(teaching: AppTest) -> None:
    code, key = classes().open()
    asked = Question(42, Difficulty.EASY, Limb.HAND, CASE.order[0])
    classes().ask(code, key, asked)
    teaching.segmented_control("teaching_part").set_value("Class").run()
    teaching.text_input("class_code").set_value(code.lower())
    teaching.text_input("nickname").set_value("Ann")
    teaching.button("join_class").click().run()
    for site in CASE.sites(asked.joint):
        teaching.button(f"class_{site.suffix}_1").click().run()
    teaching.button("hand_in").click().run()
    again = reloaded(teaching)
    assert not again.exception and "Handed in." in words(again)
    assert classes().view(code, key).students == ("Ann",)
    again.button("leave_class").click().run()
    assert not again.exception and classes().view(code, key).students == () and not again.query_params


def test_an_answer_that_comes_too_late_is_told_beside_the_truth(teaching: AppTest) -> None:
    code, key = classes().open()
    asked = Question(42, Difficulty.EASY, Limb.HAND, CASE.order[0])
    classes().ask(code, key, asked)
    teaching.session_state["seat"] = (code, classes().join(code, "Ben"))
    teaching.segmented_control("teaching_part").set_value("Class").run()
    for site in CASE.sites(asked.joint):
        teaching.button(f"class_{site.suffix}_1").click().run()
    classes().reveal(code, key)
    teaching.button("hand_in").click().run()
    assert not teaching.exception and [w.value for w in teaching.warning] == [
        "The answers to this joint are shown already."
    ]
    teaching.run()
    assert not teaching.warning and classes().view(code, key).answered == 0


def test_a_seat_that_is_no_seat_opens_the_door_in_words(teaching: AppTest) -> None:
    code, _ = classes().open()
    for role, guess in (("seat", "guessed"), ("taught", "guessed"), ("seat", "gu\u00e9")):
        stranger = opened_page().switch_page("teaching.py")
        stranger.query_params.update({"class": code, role: guess})
        stranger.run()
        assert not stranger.exception and "no longer in this class" in words(stranger)
        stranger.button("class_ended").click().run()
        assert "Join a class" in words(stranger)


def test_a_teacher_brings_own_films_after_a_promise_and_a_student_sees_the_close_up_alone(page: AppTest) -> None:
    classes.clear()
    page.session_state["case"].set_points(page.session_state["case"].films[0].key, SITE_BY_SUFFIX["mcp_E__2"], 4)
    page.switch_page("teaching.py").run()
    page.segmented_control("teaching_part").set_value("Class").run()
    page.button("open_class").click().run()
    code, key = page.session_state["taught"]
    page.segmented_control("class_films").set_value("My own films").run()
    assert not page.exception and page.button("class_bring").disabled and not classes().films(code, key)
    page.checkbox("class_promise").check().run()
    page.button("class_bring").click().run()
    assert not page.exception and list(classes().films(code, key)) == ["film 1", "film 2", "film 3", "film 4"]
    assert "class_bring" not in {button.key for button in page.button}  # brought once
    page.selectbox("class_own_joint_film 1").set_value("MCP2").run()
    asked = classes().view(code, key).question
    assert (asked.film, asked.joint) == ("film 1", "MCP2") and "P0042" not in words(page)

    student = opened_page().switch_page("teaching.py")
    student.query_params["class"], student.query_params["seat"] = code, classes().join(code, "Ann")
    student.run()
    assert not student.exception and not student.expander and "P0042" not in words(student)
    for site in classes().films(code, key)["film 1"].sites("MCP2"):
        student.button(f"class_{site.suffix}_2").click().run()
    student.button("hand_in").click().run()
    classes().reveal(code, key)
    student.run()
    assert not student.exception
    assert "2 too low: you gave 2, the teacher's score is 4" in words(student) and "mm³" not in words(student)
