"""What a map has to beat: maps that know nothing of the film."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.saliency.heatmap import Heatmap


class Control(StrEnum):
    """A map that does not look at the damage."""

    UNIFORM = "uniform"
    CENTRE = "centred Gaussian"
    PRIOR = "mean attention of other crops"


def uniform(frame: Frame) -> Heatmap:
    """The same heat everywhere."""
    return Heatmap(np.full((frame.height_px, frame.width_px), 0.5, np.float32), frame, 0.5, 0.5)


def centred(frame: Frame) -> Heatmap:
    """A Gaussian in the middle, a sixth of the view wide: the close-up is centred on its joint."""
    y, x = np.mgrid[: frame.height_px, : frame.width_px]
    far = ((x - (frame.width_px - 1) / 2) / frame.width_px) ** 2 + (
        (y - (frame.height_px - 1) / 2) / frame.height_px
    ) ** 2
    return Heatmap.stretched(np.exp(-far / (2 / 36)), frame)


def prior(maps: Sequence[NDArray[np.floating]], frame: Frame) -> Heatmap:
    """The mean of attention maps [h, w] of other crops: the fixed pattern that the locally connected gate can learn."""
    return Heatmap.stretched(np.mean(np.stack(maps), axis=0), frame)
