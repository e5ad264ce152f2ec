"""The smooth loss of the ResNet-Dwise50 paper (equations 9 and 10), as printed and without its trap.

smooth(x) = a x^2 for |x| < c, |x| - b elsewhere; the loss is the root of its batch mean; x is a difference of z-scores.
With the paper's a = 0.6, b = 0, c = 1 it jumps at |x| = 1 from 0.6 to 1.0 (continuous only if a c^2 = c - b), and the
root has an infinite slope at 0: an epsilon under it keeps the gradient finite.
"""

import torch
from torch import Tensor


def smooth_loss(
    scores: Tensor, targets: Tensor, *, a: float = 0.6, b: float = 0.0, c: float = 1.0, epsilon: float = 1e-6
) -> Tensor:
    """sqrt(mean(smooth(targets - scores)) + epsilon) of z-scored totals [N].

    Raises: ValueError if a, c or epsilon is not above zero, or b is above c: then the loss could be negative.
    """
    if a <= 0 or c <= 0 or epsilon <= 0 or b > c:
        raise ValueError("the smooth loss needs a, c and epsilon above zero and b of at most c")
    error = (targets - scores).abs()
    each = torch.where(error < c, a * error.square(), error - b)
    return (each.mean() + epsilon).sqrt()
