"""Deletion and insertion: does the score move when what a map calls important is blurred, or put back?

Source: Petsiuk 2018, arXiv:1806.07421. Pixels are blurred, not blackened: a black hole in a film looks like damage.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
STEPS = 10
LEAST_CHANGE = 0.05  # of the site's maximum: below it, blurring the whole view changes nothing that could be shared out


@dataclass(frozen=True)
class Faithfulness:
    """Scores while the hottest share of the pixels is blurred (`deletion`) or restored (`insertion`), and two areas.

    An area is the mean share of the whole change of score that is reached on the way: a faithful map is near 1, a
    random order near 0.5. NaN if blurring the whole view changes too little.
    """

    share: NDArray[np.float64]
    deletion: NDArray[np.float64]
    insertion: NDArray[np.float64]
    deletion_area: float
    insertion_area: float


def blurred(view: Floats) -> Floats:
    """The view without its details: Gaussian blur with an eighth of its width."""
    return cv2.GaussianBlur(view, (0, 0), view.shape[1] / 8, borderType=cv2.BORDER_REPLICATE)


def faithfulness(
    heat: Floats, view: Floats, score: Callable[[Floats], NDArray[np.float64]], *, background: Floats | None = None
) -> Faithfulness:
    """Walk from the view [H, W] to its blurred self in the order of heat, and back.

    Equal heat goes in a fixed random order. `score` takes views [N, H, W] to scores [N] as shares of the maximum.
    """
    empty = blurred(view) if background is None else background
    mixed = np.random.default_rng(0).permutation(heat.size)
    order = mixed[np.argsort(-heat.ravel()[mixed], kind="stable")]
    share = np.linspace(0, 1, STEPS + 1)
    deleted, inserted = [], []
    for part in share:
        flat = np.zeros(heat.size, bool)
        flat[order[: round(part * heat.size)]] = True
        hot = flat.reshape(heat.shape)
        deleted.append(np.where(hot, empty, view))
        inserted.append(np.where(hot, view, empty))
    scores = score(np.stack([*deleted, *inserted]).astype(np.float32))
    deletion, insertion = scores[: STEPS + 1], scores[STEPS + 1 :]
    whole = float(deletion[0] - deletion[-1])
    if abs(whole) < LEAST_CHANGE:
        return Faithfulness(share, deletion, insertion, float("nan"), float("nan"))
    return Faithfulness(
        share,
        deletion,
        insertion,
        float(np.trapezoid((deletion[0] - deletion) / whole, share)),
        float(np.trapezoid((insertion - insertion[0]) / whole, share)),
    )
