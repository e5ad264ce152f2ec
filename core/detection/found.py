"""What was found: what the coarse pass saw, a limb with its parts and joints, and joints read off heat maps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import JOINTS, Box, Point
from core.anatomy.pose import Pose
from core.detection.limb_votes import SeenLimb
from core.svh import Limb

HEAT_STRIDE = 4


@dataclass(frozen=True)
class Sight:
    """What the coarse pass says of a film.

    The limbs on it, best first, and a logit above zero for a film light for dark.
    """

    limbs: tuple[SeenLimb, ...]
    inverted: float


@dataclass(frozen=True)
class FoundLimb:
    """A limb with its parts: name -> (box, confidence), joints: name -> (point, confidence), in film pixels.

    `off_film` names the joints whose place lies off the film; `other_kind` is how much speaks for the other kind of
    limb (0 to 1), `growing` a logit above zero for a skeleton with open growth plates.
    """

    limb: Limb
    confidence: float
    pose: Pose
    parts: Mapping[str, tuple[Box, float]]
    joints: Mapping[str, tuple[Point, float]]
    region: Box
    off_film: frozenset[str] = frozenset()
    other_kind: float = 0.0
    growing: float = -9.0
    log_size: float = 0.0

    @property
    def clarity(self) -> float:
        """Mean height of the heat peaks of the SvH joints that should be on the film."""
        heights = [self.joints[name][1] for name in JOINTS[self.limb] if name not in self.off_film]
        return float(np.mean(heights)) if heights else 0.0


def find_joints(
    heat: NDArray[np.float32],
    names: Sequence[str],
    *,
    near: Mapping[str, Point] = {},
    within_px: float = 0.0,
    on: NDArray[np.bool_] | None = None,
) -> dict[str, tuple[float, float, float]]:
    """Peaks of heat maps [P, h, w] in [0, 1] as (x, y, height of the peak) in view pixels, to a part of a cell.

    A joint of `near` is looked for within `within_px` of that place only, all of them only where `on` [h, w].
    """
    found: dict[str, tuple[float, float, float]] = {}
    _, h, w = heat.shape
    rows, columns = (n * HEAT_STRIDE + (HEAT_STRIDE - 1) / 2 for n in np.ogrid[:h, :w])
    for k, name in enumerate(names):
        here = heat[k] if on is None else np.where(on, heat[k], 0)
        if name in near:
            x, y = near[name]
            here = np.where((columns - x) ** 2 + (rows - y) ** 2 <= within_px**2, here, 0)
        row, column = divmod(int(here.argmax()), w)
        y0, y1, x0, x1 = max(0, row - 2), min(h, row + 3), max(0, column - 2), min(w, column + 3)
        patch = heat[k, y0:y1, x0:x1]
        weight = patch / max(float(patch.sum()), 1e-6)
        x = float((weight.sum(0) * np.arange(x0, x1)).sum())
        y = float((weight.sum(1) * np.arange(y0, y1)).sum())
        found[name] = ((x + 0.5) * HEAT_STRIDE - 0.5, (y + 0.5) * HEAT_STRIDE - 0.5, float(here.max()))
    return found
