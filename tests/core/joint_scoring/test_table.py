from collections import Counter

from core.joint_scoring.table import ROW_BY_NAME, ROWS, SITE_ROWS, row_of
from core.svh import SITE_BY_SUFFIX, SITES


def test_every_site_has_a_row_of_its_own_damage() -> None:
    assert set(SITE_ROWS) == {site for sites in SITES.values() for site in sites}
    for site, (row, output) in SITE_ROWS.items():
        assert row.damage is site.damage
        assert 0 <= output < len(row.outputs)


def test_crops_a_limb_are_those_of_the_paper() -> None:
    # One side of one patient, by the paper's Table 2: sites a row, out of 43.
    assert Counter(row.name for row, _ in SITE_ROWS.values()) == {
        "erosion_fingers": 4 * 2 + 2 + 2,  # four fingers, thumb, great toe
        "jsn_fingers": 4 * 2 + 2,  # four fingers, great toe
        "jsn_toes": 4 + 1,  # toes 2-5 and MCP1
        "erosion_toes": 4,
        "erosion_wrist": 6,
        "jsn_wrist": 6,
    }
    assert [len(row.outputs) for row in ROWS] == [2, 2, 1, 1, 6, 6]
    assert [row.crop_px for row in ROWS] == [256, 256, 256, 256, 300, 300]


def test_the_places_that_are_easy_to_get_wrong() -> None:
    def place(suffix: str) -> tuple[str, str]:
        row, output = row_of(SITE_BY_SUFFIX[suffix])
        return row.name, row.outputs[output]

    assert place("mcp_E__1") == ("erosion_fingers", "MCP")
    assert place("mcp_J__1") == ("jsn_toes", "MTP")
    assert place("mcp_E__ip") == ("erosion_fingers", "PIP")
    assert place("mtp_E__1") == ("erosion_fingers", "MCP")
    assert place("mtp_J__ip") == ("jsn_fingers", "PIP")
    assert place("mtp_E__2") == ("erosion_toes", "MTP")
    assert place("wrist_E__mul") == ("erosion_wrist", "MUL")
    assert place("wrist_J__mna") == ("jsn_wrist", "STT")


def test_wrist_outputs_stand_in_the_order_of_the_ra2_columns() -> None:
    for name in ("erosion_wrist", "jsn_wrist"):
        joints = [site.joint for site, (row, _) in SITE_ROWS.items() if row.name == name]
        assert tuple(joints) == ROW_BY_NAME[name].outputs
