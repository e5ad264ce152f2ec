"""What clinics, plates and scanners do to the brightness and grain of a view; what lies on top of it."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.cohort.labelled_film import unit

Floats = NDArray[np.float32]
COARSE_SHARE = 0.15


def random_brightness(rng: Generator, view: Floats) -> Floats:
    """Gamma, contrast, a slope of brightness across the view, an S-curve. In and out [H, W], about [0, 1]."""
    view = np.clip(view, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.3)))
    if rng.random() < 0.3:
        share = np.float32(rng.uniform(0, 0.8))
        view = (1 - share) * view + share * view * view * (3 - 2 * view)
    height, width = view.shape
    slope = rng.normal(0, 0.08, 2).astype(np.float32)
    view = view + slope[0] * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    view = view + slope[1] * np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    return view * np.float32(rng.uniform(0.6, 1.2)) + np.float32(rng.normal(0, 0.06))


def random_size(rng: Generator, view: Floats, smallest: float, largest: float) -> Floats:
    """Now and then a view of a limb that is small on its film: down to `smallest` to `largest` of it and up again."""
    if rng.random() >= COARSE_SHARE:
        return view
    share = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    coarse = cv2.resize(view, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(coarse, view.shape[::-1], interpolation=cv2.INTER_LINEAR)


def random_grain(rng: Generator, view: Floats, *, strength: float = 1.0) -> Floats:
    """Blur or sharpening, lower resolution, noise of several sizes, JPEG blocks."""
    draw = rng.random()
    if draw < 0.3:
        view = cv2.GaussianBlur(view, (0, 0), float(rng.uniform(0.4, 1.3) * strength))
    elif draw < 0.55:
        soft = cv2.GaussianBlur(view, (0, 0), float(rng.uniform(0.8, 2.5)))
        view = view + np.float32(rng.uniform(0.2, 1.2)) * (view - soft)
    if rng.random() < 0.2 * strength:
        share = rng.uniform(0.45, 0.9)
        small = cv2.resize(view, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        view = cv2.resize(small, view.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        noise = rng.standard_normal(view.shape, np.float32)
        if rng.random() < 0.5:
            noise = cv2.GaussianBlur(noise, (0, 0), float(rng.uniform(0.5, 1.2))) * 2
        view = view + np.float32(rng.uniform(0.003, 0.04) * strength) * noise
    if rng.random() < 0.25:
        code = cv2.imencode(
            ".jpg", np.clip(view * 255, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
        )[1]
        view = unit(np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8))
    return view


def lay_things_on(rng: Generator, view: Floats) -> Floats:
    """Letters, boxes, bars, wires, a ring, a white border: anything that is no part of a limb."""
    height, width = view.shape
    for _ in range(int(rng.integers(0, 4))):
        layer = np.zeros(view.shape, np.uint8)  # OpenCV writes letters and smooth lines on bytes only
        at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        grey = np.float32(rng.choice([1.0, rng.uniform(0.5, 1.0), rng.uniform(0, 0.4)]))
        size = int(rng.integers(6, max(8, width // 8)))
        kind = rng.integers(0, 5)
        if kind == 0:
            text = "".join(rng.choice(list("LRAPHandWristFOOT0123456789 "), int(rng.integers(1, 9))))
            cv2.putText(layer, text, at, int(rng.integers(0, 4)), size / 30, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(layer, at, (at[0] + size, at[1] + int(size * rng.uniform(0.4, 1.6))), 255, -1)
        elif kind == 2:
            axes = (size // 2 + 1, max(1, int(size * rng.uniform(0.05, 0.4))))
            cv2.ellipse(layer, at, axes, float(rng.uniform(0, 180)), 0, 360, 255, int(rng.integers(1, 5)), cv2.LINE_AA)
        elif kind == 3:
            end = (int(rng.integers(0, width)), int(rng.integers(0, height)))
            cv2.line(layer, at, end, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
        else:
            depth = max(1, int(rng.uniform(0.02, 0.12) * width))
            np.rot90(layer, int(rng.integers(4)))[:depth] = 255
        cover = unit(layer)
        view = view * (1 - cover) + grey * cover
    return view
