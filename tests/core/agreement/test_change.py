from hypothesis import given
from hypothesis import strategies as st

from core.agreement.change import cell_changes, group_changes
from core.svh import SITE_BY_SUFFIX, SITES, Limb, Reading, Side

MCP2, MCP3, ULNA = SITE_BY_SUFFIX["mcp_J__2"], SITE_BY_SUFFIX["mcp_E__3"], SITE_BY_SUFFIX["wrist_E__ulna"]
TOE, THUMB = SITE_BY_SUFFIX["mtp_E__ip"], SITE_BY_SUFFIX["mcp_E__ip"]
CELLS = [(side, site) for limb in Limb for side in Side for site in SITES[limb]]
readings = st.dictionaries(st.sampled_from(CELLS), st.one_of(st.none(), st.integers(0, 4))).map(Reading)


def test_sums_worked_by_hand_leave_out_what_one_visit_lacks() -> None:
    first = Reading({(Side.L, MCP2): 1, (Side.L, MCP3): 2, (Side.R, ULNA): None, (Side.R, TOE): 3, (Side.L, THUMB): 0})
    last = Reading({(Side.L, MCP2): 3, (Side.L, MCP3): 1, (Side.R, ULNA): 5, (Side.R, TOE): 7, (Side.L, THUMB): 2})
    rows = {row.name: (row.first, row.last, row.change, row.cells, row.left_out) for row in group_changes(first, last)}
    assert rows["SvH total"] == (6, 13, 7, 4, 1)
    assert rows["Erosion total"] == (5, 10, 5, 3, 1)
    assert rows["JSN total"] == (1, 3, 2, 1, 0)
    assert rows["Hands"] == (3, 6, 3, 3, 1) and rows["Feet"] == (3, 7, 4, 1, 0)
    assert rows["MCP"] == (3, 4, 1, 2, 0) and rows["Wrist"] == (0, 0, 0, 0, 1)
    assert rows["Thumb IP"] == (0, 2, 2, 1, 0) and rows["Great toe IP"] == (3, 7, 4, 1, 0)
    assert cell_changes(first, last)[Side.L, MCP3] == -1


@given(readings, readings)
def test_exchanging_the_visits_turns_the_sign_and_parts_add_up(first: Reading, last: Reading) -> None:
    there, back = group_changes(first, last), group_changes(last, first)
    assert [row.change for row in there] == [-row.change for row in back]
    by = {row.name: row.change for row in there}
    total = by["SvH total"]
    assert total == by["Erosion total"] + by["JSN total"] == by["Hands"] + by["Feet"]
    assert by["Hands"] == sum(by[name] for name in ("Thumb IP", "PIP", "MCP", "Wrist"))
    assert by["Feet"] == by["Great toe IP"] + by["MTP"]
    assert total == sum(cell_changes(first, last).values())
