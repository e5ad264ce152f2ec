"""DeepRA's Table 2: which network scores which sites, with which of its outputs.

Source: DeepRA, Table 2. Its public code lets foot erosion (0-10) and finger erosion (0-5) share a head unscaled; here
every target is a share of its site's maximum.
"""

from dataclasses import dataclass

from core.svh import SITES, Damage, Limb, Site


@dataclass(frozen=True)
class Row:
    """One network of the table: its outputs by name, and the backbone and crop size of the paper."""

    name: str
    damage: Damage
    outputs: tuple[str, ...]
    backbone: str
    crop_px: int


_WRIST_E = ("MC1BASE", "MUL", "NAV", "LUN", "RAD", "ULN")
_WRIST_J = ("CMC3", "CMC4", "CMC5", "STT", "CAPNLUN", "RADCAR")
ROWS: tuple[Row, ...] = (
    Row("erosion_fingers", Damage.EROSION, ("MCP", "PIP"), "tf_efficientnet_b3", 256),
    Row("jsn_fingers", Damage.JSN, ("MCP", "PIP"), "tf_efficientnet_b3", 256),
    Row("jsn_toes", Damage.JSN, ("MTP",), "tf_efficientnet_b4", 256),
    Row("erosion_toes", Damage.EROSION, ("MTP",), "tf_efficientnet_b4", 256),
    Row("erosion_wrist", Damage.EROSION, _WRIST_E, "tf_efficientnet_b5", 300),
    Row("jsn_wrist", Damage.JSN, _WRIST_J, "tf_efficientnet_b5", 300),
)
ROW_BY_NAME = {row.name: row for row in ROWS}


def row_of(site: Site) -> tuple[Row, int]:
    """The row that scores a site and the place of the site among its outputs."""
    kind = "erosion" if site.damage is Damage.EROSION else "jsn"
    if site.joint in _WRIST_E + _WRIST_J:
        row = ROW_BY_NAME[f"{kind}_wrist"]
        return row, row.outputs.index(site.joint)
    small_toe = site.limb is Limb.FOOT and site.joint not in ("MTP1", "IP1")
    thumb_gap = site.joint == "MCP1" and site.damage is Damage.JSN
    if small_toe or thumb_gap:
        return ROW_BY_NAME[f"{kind}_toes"], 0
    return ROW_BY_NAME[f"{kind}_fingers"], int(site.joint.startswith(("PIP", "IP")))


SITE_ROWS: dict[Site, tuple[Row, int]] = {site: row_of(site) for sites in SITES.values() for site in sites}
