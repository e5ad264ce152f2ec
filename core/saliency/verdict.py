"""The figures of one map beside those of its controls, and what they say in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.saliency.comparison import agreement_of_maps, heat_inside, truth_of_map

DAMAGE = "the true damage"  # as a target is called where it is known
MARGIN = 0.05  # a map has to beat its best control by this much, so that a hair is no victory


@dataclass(frozen=True)
class MapFigures:
    """One map's figures: heat inside the target, pointing game, area under precision-recall, if it is a control."""

    name: str
    inside: float
    pointing: float
    area: float
    control: bool
    blank: bool


def figures(
    maps: Mapping[str, NDArray[np.floating]], controls: Mapping[str, NDArray[np.floating]], target: NDArray[np.bool_]
) -> list[MapFigures]:
    """Figures of maps and controls [H, W] against the target: the damage where it is known, else the site's box."""
    rows = []
    for group, control in ((maps, False), (controls, True)):
        for name, heat in group.items():
            truth = truth_of_map(heat, target)
            rows.append(MapFigures(name, truth.inside, truth.pointing, truth.area, control, bool(np.ptp(heat) == 0)))
    return rows


def rivals(name: str, rows: Sequence[MapFigures]) -> list[MapFigures]:
    """The controls that apply to a map.

    The general ones and its own method with shuffled weights, not those of others.
    """
    own = shuffled_name(name)
    return [row for row in rows if row.control and (row.name == own or not row.name.endswith(", shuffled"))]


def beats_controls(name: str, rows: Sequence[MapFigures]) -> bool:
    """Whether a map finds the target better than every control that applies, by the area under precision-recall."""
    mine = next(row.area for row in rows if row.name == name)
    return mine > max(row.area for row in rivals(name, rows)) + MARGIN


def shuffled_name(name: str) -> str:
    """How the control of a method with shuffled weights is called."""
    return f"{name}, shuffled"


def shares_in_words(
    maps: Mapping[str, NDArray[np.floating]],
    controls: Mapping[str, NDArray[np.floating]],
    mask: NDArray[np.bool_],
    *,
    target: str,
    of: str = "close-up",
) -> str:
    """How much of each map's heat lies in the mask, beside the mask's share of the view (`of`) and the best control."""
    rows, words = figures(maps, controls, mask), []
    for name, heat in maps.items():
        best = max(rivals(name, rows), key=lambda row: row.inside)
        words.append(
            f"{name} puts {heat_inside(heat, mask):.0%} of its heat into {target}, which cover {mask.mean():.0%} of the"
            f" {of}; “{best.name}” puts {best.inside:.0%} there."
        )
    return " ".join(words)


def in_words(
    maps: Mapping[str, NDArray[np.floating]],
    rows: Sequence[MapFigures],
    *,
    target: str = DAMAGE,
    unknown: str = "a centred map fills the site's box by construction",
) -> str:
    """What agrees and what does not: every pair of maps, then each map against its controls.

    `unknown` is what has to be kept in mind where the target is not the damage.
    """
    words, names = [], list(maps)
    blank = [row.name for row in rows if row.blank and not row.control]
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            if first in blank or second in blank:
                continue
            pair = agreement_of_maps(maps[first], maps[second])
            how = "agree" if pair.spearman >= 0.6 else "agree in part" if pair.spearman >= 0.3 else "do not agree"
            words.append(
                f"{first} and {second} {how}: rank correlation {pair.spearman:.2f}, and {pair.overlap:.0%} of the"
                " hottest fifth is shared (20% by chance)."
            )
    for name in names:
        if name in blank:
            words.append(f"{name} is blank for this output: it says nothing.")
        elif beats_controls(name, rows):
            words.append(f"{name} finds {target} better than every control.")
        else:
            best = max(rivals(name, rows), key=lambda row: row.area)
            words.append(f"{name} does not beat its controls: “{best.name}” finds {target} as well or better.")
    if target != DAMAGE:
        words.append(f"Where the damage lies is not known here, and {unknown}.")
    return " ".join(words)
