"""The errors of DeepRA's Table 3: weighted mean absolute error of the total, weighted RMSE of JSN and of erosion.

The challenge never published its weights (section 4.3.2), so figures made with ours must not be compared with its
figures. Ours are 1 + truth / (mean truth): an undamaged patient or site counts once, an average one twice, and the mean
weight is 2; the weights are then divided by their mean, so that a weighted error stays in points.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def severity_weights(truth: Floats) -> NDArray[np.float64]:
    """Our weights, of mean 1: (1 + truth / mean(truth)) / 2; all 1 where nothing is damaged.

    >>> severity_weights(np.array([0.0, 2.0, 4.0])).tolist()
    [0.5, 1.0, 1.5]
    """
    truth = np.asarray(truth, float)
    mean = float(truth.mean()) if truth.size else 0.0
    return np.ones(truth.shape) if mean <= 0 else (1 + truth / mean) / 2


def _checked(truth: Floats, estimate: Floats, weights: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    true, found, each = (np.asarray(a, np.float64) for a in (truth, estimate, weights))
    if not true.shape == found.shape == each.shape or true.size == 0:
        raise ValueError("a weighted error needs as many estimates and weights as truths, and at least one")
    if (each < 0).any() or not np.isfinite(each).all():
        raise ValueError("weights must be finite and not below zero")
    return found - true, each


def weighted_mae(truth: Floats, estimate: Floats, weights: Floats) -> float:
    """1/n sum w |estimate - truth|, as printed in the paper (n, not the sum of weights).

    Raises: ValueError for arrays of different sizes, none at all, or a weight below zero.
    """
    error, weights = _checked(truth, estimate, weights)
    return float(np.mean(weights * np.abs(error)))


def weighted_rmse(truth: Floats, estimate: Floats, weights: Floats) -> float:
    """sqrt(1/n sum w (estimate - truth)^2).

    Raises: ValueError as `weighted_mae`.
    """
    error, weights = _checked(truth, estimate, weights)
    return float(np.sqrt(np.mean(weights * error**2)))
