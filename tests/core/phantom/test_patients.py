import numpy as np

from core.phantom import patient_grades
from core.svh import SITES, Damage, Limb, Side


def test_patients_are_skewed_and_their_sides_and_kinds_of_damage_go_together() -> None:
    patients = [patient_grades(np.random.default_rng(seed)) for seed in range(150)]
    zero = np.mean([value == 0 for p in patients for value in p.values()])
    totals = np.array([sum(p.values()) for p in patients])
    left, right = (np.array([sum(v for (s, _), v in p.items() if s is side) for p in patients]) for side in Side)
    erosion, jsn = (np.array([sum(v for (_, x), v in p.items() if x.damage is d) for p in patients]) for d in Damage)

    assert 0.65 < zero < 0.91
    assert totals.mean() > 1.5 * np.median(totals)
    assert np.corrcoef(left, right)[0, 1] > 0.7 and np.corrcoef(erosion, jsn)[0, 1] > 0.6
    assert all(0 <= value <= site.maximum for p in patients for (_, site), value in p.items())
    assert all(len(p) == 2 * (len(SITES[Limb.HAND]) + len(SITES[Limb.FOOT])) for p in patients)
