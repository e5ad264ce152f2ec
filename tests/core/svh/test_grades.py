import pytest

from core.svh import EROSION_GRADES, JSN_GRADES, SITE_BY_SUFFIX, grade_words


def test_every_point_of_every_site_is_defined() -> None:
    for site in SITE_BY_SUFFIX.values():
        assert len({grade_words(site, points) for points in range(site.maximum + 1)}) == site.maximum + 1


def test_narrowing_is_told_by_the_space_that_is_left() -> None:
    assert "more than 50 % of the original space left" in JSN_GRADES[2]
    assert "less than 50 % of the original space left" in JSN_GRADES[3]
    assert "midline" in EROSION_GRADES[3]
    assert "each side of the joint" in grade_words(SITE_BY_SUFFIX["mtp_E__5"], 7)


def test_points_out_of_range_have_no_words() -> None:
    with pytest.raises(ValueError, match="from 0 to 4, not 5"):
        grade_words(SITE_BY_SUFFIX["mcp_J__2"], 5)
    with pytest.raises(ValueError, match="from 0 to 5, not -1"):
        grade_words(SITE_BY_SUFFIX["mcp_E__2"], -1)


def test_a_toe_without_points_has_no_erosion_and_one_with_points_names_both_sides() -> None:
    toe = SITE_BY_SUFFIX["mtp_E__5"]
    assert grade_words(toe, 0) == EROSION_GRADES[0] == "no erosion"
    assert grade_words(toe, 1).startswith("1 of 10 over both sides")
    assert grade_words(SITE_BY_SUFFIX["mcp_E__2"], 1) == "one discrete erosion"
