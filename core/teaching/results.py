"""What the students of a class answered, as a table a teacher keeps."""

from collections.abc import Callable, Iterable, Mapping

from core.cohort.table_text import csv_text, inert
from core.svh import Site
from core.teaching.class_records import Given, Question

HEADER = ("student", "case", "limb", "difficulty", "joint", "site", "points", "truth", "off by")


def results_csv(given: Iterable[Given], truth: Callable[[Question], Mapping[Site, int]]) -> str:
    """A row a student and site, with the true points; students by name, questions as they were asked.

    The true points of a teacher's own film are those that the teacher gave.
    """
    table: list[tuple[str | int, ...]] = [HEADER]
    for each in sorted(given, key=lambda each: each.student.casefold()):
        asked, true = each.question, truth(each.question)[each.site]
        case, hard = (asked.film, "own film") if asked.film else (asked.seed, asked.difficulty.value)
        where = (case, asked.limb.value, hard, asked.joint, each.site.suffix)
        table.append((inert(each.student), *where, each.points, true, each.points - true))
    return csv_text(table)
