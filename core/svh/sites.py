"""The one table of Sharp/van der Heijde sites and their maxima.

Source: van der Heijde, J Rheumatol 1999;26:743 and 2000;27:261; the column names and counts are those of the RA2-DREAM
table (Synapse syn20545111). The ResNet-Dwise50 paper counts 14 hand articulations and foot erosion to 5, which sums to
388 and not to its 448; this table sums to 448.
"""

from dataclasses import dataclass
from enum import StrEnum


class Limb(StrEnum):
    """What a film shows."""

    HAND = "HAND"
    FOOT = "FOOT"


class Side(StrEnum):
    """The patient's side, never the side of the picture."""

    L = "L"
    R = "R"


class Damage(StrEnum):
    """The two kinds of damage that are scored."""

    EROSION = "E"
    JSN = "J"


@dataclass(frozen=True, order=True)
class Site:
    """One cell of the score sheet on one side: a joint or bone, a kind of damage and its maximum.

    `suffix` is the RA2 column without the side prefix (`mcp_J__2`); `joint` the name of the point on the film (`MCP2`).
    """

    limb: Limb
    damage: Damage
    suffix: str
    joint: str
    maximum: int


def _hand(damage: Damage, maximum: int, rows: list[tuple[str, str]]) -> tuple[Site, ...]:
    return tuple(Site(Limb.HAND, damage, suffix, joint, maximum) for suffix, joint in rows)


def _foot(damage: Damage, maximum: int) -> tuple[Site, ...]:
    code = damage.value
    rows = [(f"mtp_{code}__ip", "IP1")] + [(f"mtp_{code}__{k}", f"MTP{k}") for k in range(1, 6)]
    return tuple(Site(Limb.FOOT, damage, suffix, joint, maximum) for suffix, joint in rows)


# Within each tuple the order is that of the RA2-DREAM columns.
HAND_EROSION = _hand(
    Damage.EROSION,
    5,
    [("mcp_E__ip", "IP1")]
    + [(f"pip_E__{k}", f"PIP{k}") for k in range(2, 6)]
    + [(f"mcp_E__{k}", f"MCP{k}") for k in range(1, 6)]
    + [
        ("wrist_E__mc1", "MC1BASE"),
        ("wrist_E__mul", "MUL"),
        ("wrist_E__nav", "NAV"),
        ("wrist_E__lunate", "LUN"),
        ("wrist_E__radius", "RAD"),
        ("wrist_E__ulna", "ULN"),
    ],
)
HAND_JSN = _hand(
    Damage.JSN,
    4,
    [(f"pip_J__{k}", f"PIP{k}") for k in range(2, 6)]
    + [(f"mcp_J__{k}", f"MCP{k}") for k in range(1, 6)]
    + [
        ("wrist_J__cmc3", "CMC3"),
        ("wrist_J__cmc4", "CMC4"),
        ("wrist_J__cmc5", "CMC5"),
        ("wrist_J__mna", "STT"),
        ("wrist_J__capnlun", "CAPNLUN"),
        ("wrist_J__radcar", "RADCAR"),
    ],
)
FOOT_EROSION = _foot(Damage.EROSION, 10)  # 0-5 for each side of the joint, added
FOOT_JSN = _foot(Damage.JSN, 4)

SITES: dict[Limb, tuple[Site, ...]] = {Limb.HAND: HAND_EROSION + HAND_JSN, Limb.FOOT: FOOT_EROSION + FOOT_JSN}
SITE_BY_SUFFIX: dict[str, Site] = {site.suffix: site for sites in SITES.values() for site in sites}
