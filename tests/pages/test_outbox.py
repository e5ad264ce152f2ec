"""Whatever a browser puts into an outbox, the page reads whole numbers and actions out of it, or nothing."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.widgets.shared.outbox import new_actions, whole

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["n", "do", "film"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "number"), [("4", 4), ("4.0", 4), ("-1", -1), ("4.5", None), ("true", None), ('"4"', None)]
)
def test_whole_numbers_are_whole_numbers(text: str, number: int | None) -> None:
    assert whole(json.loads(text)) == number


@pytest.mark.parametrize("text", ["1e999", "-1e999", "NaN", "[4]", "{}", "null"])
def test_what_no_number_may_be_is_none(text: str) -> None:
    assert whole(json.loads(text)) is None


@given(JSON, st.integers(0, 3))
def test_actions_come_in_order_once_and_only_new_ones(outbox: object, done: int) -> None:
    numbers = [number for number, action in new_actions(outbox, done) if isinstance(action, dict)]
    assert numbers == sorted(set(numbers)) and all(number > done and math.isfinite(number) for number in numbers)


def test_an_action_that_was_done_is_passed_over() -> None:
    first, second = {"n": 1, "do": "a"}, {"n": 2.0, "do": "b"}
    assert list(new_actions([first, second, second, first], 0)) == [(1, first), (2, second)]
    assert list(new_actions([first, second], 1)) == [(2, second)]
