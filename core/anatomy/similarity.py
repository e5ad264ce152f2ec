"""What a [2, 3] matrix of turn, scale, shift and perhaps mirror does to points (x, y); y points down, as on a film."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def mapped(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Points [N, 2] after the matrix."""
    return np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]


def mapped_back(matrix: Matrix, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Points [N, 2] before the matrix."""
    return (np.asarray(points, np.float64) - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T


def scale_of(matrix: Matrix) -> float:
    """Length after by length before."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def is_mirrored(matrix: Matrix) -> bool:
    """Whether left and right are swapped."""
    return bool(np.linalg.det(matrix[:, :2]) < 0)


def up_deg(matrix: Matrix) -> float:
    """Direction before the matrix, clockwise from up in (-180, 180], that points up after it."""
    up = np.linalg.solve(matrix[:, :2], np.array([0.0, -1.0]))
    return float(np.rad2deg(np.arctan2(up[0], -up[1])))
