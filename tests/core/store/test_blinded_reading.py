"""Blinding as a rule of its own, and the store keeping to it."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.store import BlindedReading, Mark, MarkedCell, Order, Status, Store
from core.svh import SITE_BY_SUFFIX, Cell, Side

A: Cell = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])
B: Cell = (Side.R, SITE_BY_SUFFIX["mcp_J__3"])


def test_both_values_follow_while_the_model_is_hidden() -> None:
    reading = BlindedReading().marked(A, Mark(2)).marked(A, Mark(3))
    assert reading.model_hidden and reading.cells == {A: MarkedCell(Mark(3), Mark(3))}
    assert reading.marked(A, None).cells == {} and reading.marked(A, None).mark(A) is None


def test_the_first_value_is_frozen_at_the_reveal() -> None:
    shown = BlindedReading().marked(A, Mark(2)).turned(Status.REVEALED)
    assert not shown.model_hidden
    assert shown.marked(A, Mark(5)).cells[A] == MarkedCell(Mark(2), Mark(5))
    assert shown.marked(B, Mark(1)).cells[B] == MarkedCell(None, Mark(1))  # not read before the model was shown


def test_taking_a_cell_back_after_the_reveal_keeps_what_was_said_before_it() -> None:
    shown = BlindedReading().marked(A, Mark(2)).turned(Status.REVEALED).marked(A, None)
    assert shown.mark(A) is None and shown.marked(A, Mark(4)).cells[A] == MarkedCell(Mark(2), Mark(4))


def test_there_is_no_way_back_and_a_complete_reading_stays() -> None:
    complete = BlindedReading().turned(Status.COMPLETE)
    assert complete.turned(Status.REVEALED) is complete and complete.turned(Status.BLINDED) is complete
    with pytest.raises(ValueError, match="complete"):
        complete.marked(A, Mark(1))


@pytest.mark.parametrize("status", list(Status))
def test_a_status_reaches_itself_and_what_comes_before_it(status: Status) -> None:
    order = [Status.BLINDED, Status.REVEALED, Status.COMPLETE]
    assert [other for other in Status if status.reaches(other)] == order[: order.index(status) + 1]
    there = BlindedReading(status)
    assert there.turned(status) is there


EXAMPLE = itertools.count()  # of one store, which the examples share
STEPS = st.lists(
    st.tuples(st.sampled_from([A, B]), st.none() | st.integers(0, 4)) | st.just(Status.REVEALED), max_size=8
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_store_keeps_what_the_rule_says(store: Store, steps: list[object]) -> None:
    number = f"example {next(EXAMPLE)}"
    visit = store.add_visit(number, "1")
    begun = store.begin(visit, "Ann", order=Order.BLINDED, list_name="l", request=number)
    rule = begun.values
    for n, step in enumerate(steps):
        if isinstance(step, tuple):
            cell, points = step
            mark = None if points is None else Mark(points)
            rule = rule.marked(cell, mark)
            store.record(begun.id, {cell: mark}, request=f"{number}-{n}")
        else:
            rule = rule.turned(Status.REVEALED)
            store.reveal(begun.id, request=f"{number}-{n}")
    kept = store.begin(visit, "Ann", order=Order.BLINDED, list_name="l", request=f"{number}-again")
    assert kept.values == rule
