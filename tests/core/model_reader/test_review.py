"""Signatures: they hold while nothing was changed, and not a moment longer."""

from datetime import date

import pytest

from core.model_reader.case import Case
from core.model_reader.review import CaseStatus
from core.svh import SITE_BY_SUFFIX, Side
from tests.core.cases.test_cases import film

EROSION = SITE_BY_SUFFIX["mcp_E__2"]
DAY = date(2026, 3, 2)


def test_a_signature_ends_with_a_change_and_holds_again_when_it_is_undone() -> None:
    case = Case("P1", [film("a-left.png"), film("b-left.png")])
    first, second = (each.key for each in case.films)
    assert case.status is CaseStatus.SCORED
    case.sign(" A. Bee ", DAY)
    assert case.status is CaseStatus.REVIEWED and case.review().words == "Reviewed by A. Bee on 2026-03-02"
    assert case.review(first) and case.review(second)
    case.set_points(first, EROSION, 4)
    assert (case.review(), case.review(first), case.status) == (None, None, CaseStatus.SCORED)
    assert case.review(second)
    case.undo()
    assert case.status is CaseStatus.REVIEWED


def test_another_study_id_ends_the_signature_of_the_case_and_not_of_its_films() -> None:
    case = Case("P1", [film("a-left.png")])
    case.sign("A. Bee", DAY)
    case.patient = "P2"
    assert case.review() is None and case.review(case.films[0].key)


def test_nobody_signs_without_a_name_a_score_or_a_confirmed_side() -> None:
    case = Case("P1", [film("unnamed.png")])
    with pytest.raises(ValueError, match="side"):
        case.sign("A. Bee", DAY)
    case.set_side(case.films[0].key, Side.L)
    with pytest.raises(ValueError, match="name"):
        case.sign("  ", DAY)
    case.sign("A. Bee", DAY)
    with pytest.raises(ValueError, match="no score"):
        Case("P1", [film("knee.png")]).sign("A. Bee", DAY)


def test_without_a_score_a_case_is_new() -> None:
    assert Case("P1", [film("knee.png")]).status is CaseStatus.NEW
