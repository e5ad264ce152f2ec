import numpy as np

from core.phantom import foot_film, hand_film
from core.phantom.plate import place
from core.svh import Side


def test_points_stay_on_their_joints_when_a_film_is_laid_on_a_plate() -> None:
    film = hand_film(np.random.default_rng(0), {}, side=Side.R)
    for seed in range(6):
        plate = place(np.random.default_rng(seed), [film], longest_px=600)
        laid = plate.films[0]
        a, b = (np.array([f.points[n] for n in ("MCP2", "MCP5", "RADCAR")]) for f in (film, laid))
        ratio = [np.linalg.norm(b[i] - b[j]) / np.linalg.norm(a[i] - a[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        assert np.ptp(ratio) < 1e-6  # a similarity
        assert max(plate.pixels.shape) == 600 and np.isfinite(plate.pixels).all()


def test_two_limbs_lie_beside_each_other() -> None:
    films = [foot_film(np.random.default_rng(s), {}, side=side) for s, side in enumerate(Side)]
    plate = place(np.random.default_rng(3), films, longest_px=800)
    middles = [np.mean([p[0] for p in film.points.values()]) for film in plate.films]
    assert middles[1] - middles[0] > 0.25 * plate.pixels.shape[1]
