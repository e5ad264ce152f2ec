"""The results of a class: a row an answer, for the teacher alone, and no nickname runs in a spreadsheet."""

import pytest

from core.cohort.table_text import rows
from core.svh import SITES, Limb
from core.teaching import ClassError, Classes, Difficulty, Question, results_csv

SITE = SITES[Limb.HAND][0]
ASKED = Question(5, Difficulty.EASY, Limb.HAND, SITE.joint)


def test_results_by_student_with_the_truth_for_the_teacher_alone() -> None:
    classes = Classes()
    code, key = classes.open()
    seats = {name: classes.join(code, name) for name in ("zoe", "=SUM(A1)")}
    classes.ask(code, key, ASKED)
    for points, seat in enumerate(seats.values(), start=1):
        classes.answer(code, seat, ASKED, {SITE: points})
    with pytest.raises(ClassError, match="Only the teacher"):
        classes.results(code, seats["zoe"])
    text = results_csv(classes.results(code, key), lambda asked: {SITE: 3})
    found = [row for _, row in rows(text, ("student", "points", "truth", "off by"))]
    assert [(row["student"], row["points"], row["off by"]) for row in found] == [
        ("'=SUM(A1)", "2", "-1"),
        ("zoe", "1", "-2"),
    ]
    classes.leave(code, seats["zoe"])
    assert len(classes.results(code, key)) == 1
