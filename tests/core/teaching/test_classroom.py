from concurrent.futures import ThreadPoolExecutor

import pytest

from core.svh import SITE_BY_SUFFIX, Limb
from core.teaching import ClassError, Classes, Difficulty, Question
from core.teaching.classroom import ALPHABET, AWAY_S, CLASSES_MAX, CLASSES_OF_ONE, IDLE_S, LIFE_S, STUDENTS_MAX

MCP2 = Question(7, Difficulty.EASY, Limb.HAND, "MCP2")
PIP3 = Question(7, Difficulty.EASY, Limb.HAND, "PIP3")
JSN, EROSION = SITE_BY_SUFFIX["mcp_J__2"], SITE_BY_SUFFIX["mcp_E__2"]


def test_nothing_is_shown_to_students_before_the_teacher_reveals_it() -> None:
    classes = Classes()
    code, key = classes.open()
    ann, ben = classes.join(code.lower(), "Ann"), classes.join(f"{code[:3]} {code[3:]}", "Ben")
    classes.ask(code, key, MCP2)
    classes.answer(code, ann, MCP2, {JSN: 2, EROSION: 3})
    classes.answer(code, ben, MCP2, {JSN: 1, EROSION: 3})
    classes.answer(code, ben, MCP2, {JSN: 2, EROSION: 0})
    seen, led = classes.view(code, ann), classes.view(code, key)
    assert seen.counts is None and not seen.revealed and seen.mine == {JSN: 2, EROSION: 3} and seen.students == ()
    assert led.counts == {JSN: {2: 2}, EROSION: {3: 1, 0: 1}} and led.students == ("Ann", "Ben") and led.answered == 2
    classes.reveal(code, key)
    assert classes.view(code, ben).counts == led.counts
    with pytest.raises(ClassError, match="shown already"):
        classes.answer(code, ann, MCP2, {JSN: 0})


def test_a_new_joint_starts_hidden_and_an_old_one_comes_back_with_its_answers() -> None:
    classes = Classes()
    code, key = classes.open()
    ann = classes.join(code, "Ann")
    classes.ask(code, key, MCP2)
    classes.answer(code, ann, MCP2, {JSN: 2})
    classes.reveal(code, key)
    classes.ask(code, key, PIP3)
    assert classes.view(code, ann).counts is None
    with pytest.raises(ClassError, match="gone on"):
        classes.answer(code, ann, MCP2, {JSN: 2})
    with pytest.raises(ClassError, match="another joint"):
        classes.answer(code, ann, PIP3, {JSN: 2})
    classes.ask(code, key, MCP2)
    assert classes.view(code, ann).counts == {JSN: {2: 1}}


def test_only_the_teacher_leads_and_only_members_look() -> None:
    classes = Classes()
    code, key = classes.open()
    ann = classes.join(code, "Ann")
    for deed in (classes.reveal, classes.close):
        with pytest.raises(ClassError, match="Only the teacher"):
            deed(code, ann)
    for stranger in ("stranger", "\u00e9tranger"):
        with pytest.raises(ClassError, match="no longer"):
            classes.view(code, stranger)
    with pytest.raises(ClassError, match="0 to 4, not 9"):
        classes.ask(code, key, MCP2)
        classes.answer(code, ann, MCP2, {JSN: 9})
    classes.leave(code, ann)
    assert classes.view(code, key).students == ()


def test_a_class_ends_by_the_clock_or_by_the_teacher() -> None:
    now = [0.0]
    classes = Classes(lambda: now[0])
    code, key = classes.open()
    assert classes.view(code, key).minutes_left == 180
    while now[0] + 60 < LIFE_S:
        now[0] += 60
        classes.view(code, key)  # as the teacher's browser does
    now[0] = LIFE_S
    with pytest.raises(ClassError, match="ended"):
        classes.join(code, "Late")
    code, key = classes.open()
    classes.close(code, key)
    with pytest.raises(ClassError, match="no class"):
        classes.view(code, key)


def test_a_class_whose_teacher_is_away_ends_and_students_do_not_keep_it() -> None:
    now = [0.0]
    classes = Classes(lambda: now[0])
    code, key = classes.open()
    ann = classes.join(code, "Ann")
    now[0] = IDLE_S - 1
    classes.view(code, key)
    now[0] += IDLE_S - 1
    classes.view(code, ann)
    now[0] += 1
    with pytest.raises(ClassError, match="ended"):
        classes.view(code, ann)


def test_forty_opened_classes_do_not_shut_a_teacher_out() -> None:
    now = [0.0]
    classes = Classes(lambda: now[0])
    taught, key = classes.open("teacher")
    classes.join(taught, "Ann")
    for n in range(CLASSES_MAX - 1):
        classes.open(f"address {n}")
    with pytest.raises(ClassError, match="Try again"):
        classes.open("late")
    now[0] = AWAY_S
    code, _ = classes.open("late")  # one that nobody joined gives way
    assert classes.join(code, "Ben") and classes.view(taught, key).students == ("Ann",)


def test_one_address_opens_half_of_the_classes_at_most() -> None:
    classes = Classes()
    codes = [classes.open("one") for _ in range(CLASSES_OF_ONE)]
    with pytest.raises(ClassError, match="End one"):
        classes.open("one")
    classes.close(*codes[0])
    classes.open("one")
    classes.open("another")


def test_limits_and_nicknames() -> None:
    classes = Classes()
    code, _ = classes.open()
    classes.join(code, "  Ann  B ")
    for bad, why in (("ann b", "has that nickname"), ("", "1 to 20"), ("x" * 21, "1 to 20"), ("a\x07", "1 to 20")):
        with pytest.raises(ClassError, match=why):
            classes.join(code, bad)
    for n in range(STUDENTS_MAX - 1):
        classes.join(code, f"s{n}")
    with pytest.raises(ClassError, match="full"):
        classes.join(code, "one more")
    codes = {code, *(classes.open()[0] for _ in range(CLASSES_MAX - 1))}
    assert len(codes) == CLASSES_MAX and all(len(c) == 6 and set(c) <= set(ALPHABET) for c in codes)
    assert not set("01OIL2Z5S8B") & set(ALPHABET)
    with pytest.raises(ClassError, match="Try again"):
        classes.open()


def test_many_students_at_once_lose_no_answer() -> None:
    classes = Classes()
    code, key = classes.open()
    classes.ask(code, key, MCP2)

    def take_part(n: int) -> None:
        seat = classes.join(code, f"s{n}")
        classes.answer(code, seat, MCP2, {JSN: n % 5})
        classes.view(code, seat)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(take_part, range(50)))
    assert classes.view(code, key).counts == {JSN: dict.fromkeys(range(5), 10)}
