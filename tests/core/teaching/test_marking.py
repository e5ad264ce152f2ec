import pytest

from core.svh import SITE_BY_SUFFIX
from core.teaching import Answer, mark
from core.teaching.marking import running_exact

SITE = SITE_BY_SUFFIX["mcp_J__2"]


def answers(*pairs: tuple[int, int]) -> list[Answer]:
    return [Answer(SITE, given, truth) for given, truth in pairs]


def test_marks_by_hand() -> None:
    # Squares 0 0 1 4 = 5; by chance, over all 16 pairs of (0 1 2 4) with (0 1 1 2): 4*21 - 2*7*4 + 4*6 = 52, / 4 = 13.
    marks = mark(answers((0, 0), (1, 1), (2, 1), (4, 2)))
    assert (marks.count, marks.exact, marks.within_1) == (4, 0.5, 0.75)
    assert marks.kappa == pytest.approx(1 - 5 / 13)


def test_kappa_says_why_it_cannot_be_estimated() -> None:
    assert mark(answers((1, 0))).kappa is None and "two answers" in mark(answers((1, 0))).why
    same = mark(answers((0, 0), (0, 0)))
    assert same.kappa is None and "do not vary" in same.why


def test_perfect_answers_have_kappa_1_and_the_running_share_forgets() -> None:
    assert mark(answers((0, 0), (3, 3))).kappa == 1
    assert running_exact(answers((1, 0), (1, 1), (2, 2))) == pytest.approx([0, 1 / 2, 2 / 3])
    assert running_exact(answers((1, 0), *[(1, 1)] * 20))[-1] == 1


def test_the_verdict_tells_the_direction() -> None:
    assert [a.verdict for a in answers((2, 2), (3, 1), (0, 1))] == ["Right", "2 too high", "1 too low"]
