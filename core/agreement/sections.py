"""The parts of the score that are compared: totals, limbs, groups of joints and single sites."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cohort.ra2_table import CELLS
from core.svh import SITES, Damage, Limb, Side, Site
from core.svh.words import DAMAGE_WORD

CELL_LIST = tuple(CELLS.values())
LEVELS = ("total", "limb", "group", "site")


@dataclass(frozen=True)
class Section:
    """A part of the score: `cells` are positions in `CELL_LIST`; a site has its cells of both sides.

    `counts_joints` is SENS: one point for every eroded and every narrowed joint, whatever its grade.
    """

    key: str
    name: str
    level: str
    cells: tuple[int, ...]
    site: Site | None = None
    counts_joints: bool = False

    @property
    def mask(self) -> NDArray[np.bool_]:
        """[86], true for the cells of this part."""
        mask = np.zeros(len(CELL_LIST), bool)
        mask[list(self.cells)] = True
        return mask


def _section(
    key: str,
    name: str,
    level: str,
    *,
    limb: Limb | None = None,
    side: Side | None = None,
    damage: Damage | None = None,
    suffixes: frozenset[str] | None = None,
) -> Section:
    cells = tuple(
        n
        for n, (where, site) in enumerate(CELL_LIST)
        if limb in (None, site.limb)
        and side in (None, where)
        and damage in (None, site.damage)
        and (suffixes is None or site.suffix in suffixes)
    )
    return Section(key, name, level, cells)


def group_of(site: Site) -> str:
    """The group of joints of a site: MCP, PIP, Thumb IP, Wrist, MTP or Great toe IP."""
    if site.suffix.endswith("__ip"):
        return "Thumb IP" if site.limb is Limb.HAND else "Great toe IP"
    start = site.suffix.split("_", 1)[0]
    return "Wrist" if start == "wrist" else start.upper()


def _groups() -> list[Section]:
    found: dict[tuple[str, Damage], set[str]] = {}
    for sites in SITES.values():
        for site in sites:
            found.setdefault((group_of(site), site.damage), set()).add(site.suffix)
    return [
        _section(
            f"{group} {damage.value}".lower().replace(" ", "_"),
            f"{group} {DAMAGE_WORD[damage]}",
            "group",
            suffixes=frozenset(suffixes),
        )
        for (group, damage), suffixes in found.items()
    ]


def _sites() -> list[Section]:
    return [
        Section(
            site.suffix,
            f"{site.joint} {limb.value.lower()} {DAMAGE_WORD[site.damage]}",
            "site",
            tuple(n for n, (_, other) in enumerate(CELL_LIST) if other == site),
            site,
        )
        for limb, sites in SITES.items()
        for site in sites
    ]


TOTAL = _section("total", "SvH total", "total")
SECTIONS: tuple[Section, ...] = (
    TOTAL,
    _section("erosion", "Erosion total", "total", damage=Damage.EROSION),
    _section("jsn", "JSN total", "total", damage=Damage.JSN),
    Section("sens", "SENS", "total", tuple(range(len(CELL_LIST))), counts_joints=True),
    _section("hands", "Hands", "limb", limb=Limb.HAND),
    _section("feet", "Feet", "limb", limb=Limb.FOOT),
    *(
        _section(
            f"{side.value}{limb.value[0]}",
            f"{'Left' if side is Side.L else 'Right'} {limb.value.lower()}",
            "limb",
            limb=limb,
            side=side,
        )
        for limb in Limb
        for side in Side
    ),
    *_groups(),
    *_sites(),
)
SECTION_BY_KEY = {section.key: section for section in SECTIONS}
