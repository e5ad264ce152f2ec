"""A film whose truth is known: a phantom, or a real film that was marked by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.parts import Point
from core.svh import Limb, Side, Site


def read_grey(path: Path) -> NDArray[np.uint8]:
    """Pixels [H, W] of a picture of our own or of the films folder: known files, no uploads.

    Raises: FileNotFoundError if it is not there or no picture.
    """
    pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise FileNotFoundError(f"the film {path.name} is not in the films folder (FracAtlas, figshare 22363012)")
    return np.asarray(pixels, np.uint8)


def unit(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes as float32 in [0, 1]."""
    return pixels.astype(np.float32) / np.float32(255)


@dataclass(frozen=True)
class LabelledFilm:
    """Pixels and truth of one limb on one film.

    `pixels` are [H, W] float32 in [0, 1], bone bright. `points` holds named points in film pixels (joint-space centres,
    bone centres, tips: the names of `films.json`). `grades` holds the true SvH points of the sites that can be scored.
    `damage_mask` is [H, W] uint8: 1 where an erosion lies in projection, 2 inside a joint gap, 0 elsewhere.
    `gap_mm` holds the joint spaces, `normal_gap_mm` what they would be in this person without damage (phantoms only).
    `side` is the side that the anatomy shows. `source` says where the film came from, `film_id` is the unit of
    splitting.
    """

    pixels: NDArray[np.float32]
    limb: Limb
    side: Side
    points: Mapping[str, Point]
    grades: Mapping[Site, int]
    film_id: str
    source: str
    spacing_mm: float | None = None
    damage_mask: NDArray[np.uint8] | None = None
    uncertain: frozenset[str] = field(default_factory=frozenset)
    gap_mm: Mapping[str, float] = field(default_factory=dict)
    eroded_mm3: Mapping[str, float] = field(default_factory=dict)
    normal_gap_mm: Mapping[str, float] = field(default_factory=dict)
