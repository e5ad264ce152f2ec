import hashlib

import numpy as np
import pytest

from core.phantom import phantom_visit
from core.phantom.study_cohort import FIRST_SEED, SIZES, StudyPatient, study_cohort
from core.svh import SITES, Limb, Side


@pytest.fixture(scope="module")
def everyone() -> list[StudyPatient]:
    return [patient for split in SIZES for patient in study_cohort(split)]


def test_the_splits_have_the_sizes_of_the_challenge() -> None:
    assert [len(study_cohort(split)) for split in ("train", "validation", "test")] == [367, 119, 188]
    with pytest.raises(KeyError, match="no split"):
        study_cohort("holdout")


def test_no_patient_and_no_source_is_in_two_splits(everyone: list[StudyPatient]) -> None:
    assert len({p.patient_id for p in everyone}) == len({p.seed for p in everyone}) == len(everyone) == 674
    assert all(patient.split == split for split in SIZES for patient in study_cohort(split))
    # the seeds of the other phantoms: training 1e6, validation 2e6, evaluation 3e6, benchmark 4e6, real films 7e6 and
    # 9e6
    assert min(p.seed for p in everyone) >= FIRST_SEED == 5_000_000 and max(p.seed for p in everyone) < 6_000_000
    severities = [p.severity for p in everyone]
    assert len(set(severities)) == len(severities)


def test_no_film_is_in_two_splits() -> None:
    digests = [
        hashlib.sha256(film.pixels.tobytes()).hexdigest()
        for split in SIZES
        for patient in study_cohort(split)[:2]
        for film in patient.films(mm_per_px=0.5).values()
    ]
    assert len(set(digests)) == len(digests) == 24


def test_the_readers_disagree_as_in_the_paper(everyone: list[StudyPatient]) -> None:
    totals = np.array([[reader.hands for reader in p.readers] for p in everyone], float)
    assert np.corrcoef(totals.T)[0, 1] == pytest.approx(0.97, abs=0.005)
    assert np.sqrt(np.mean((totals[:, 0] - totals[:, 1]) ** 2)) == pytest.approx(18.75, abs=1.0)


def test_damage_is_skewed(everyone: list[StudyPatient]) -> None:
    targets = np.array([p.target for p in everyone])
    assert np.median(targets) < 0.6 * targets.mean()
    assert np.mean((targets - targets.mean()) ** 3) / targets.std() ** 3 > 1


def test_the_target_is_the_mean_of_the_readers_and_the_films_show_the_truth() -> None:
    patient = study_cohort("test")[3]
    assert patient.target == (patient.readers[0].hands + patient.readers[1].hands) / 2
    films = patient.films(mm_per_px=0.5)
    assert set(films) == {(limb, side) for limb in Limb for side in Side}
    for (limb, side), film in films.items():
        assert {s: film.grades[s] for s in SITES[limb]} == {s: patient.truth.points[(side, s)] for s in SITES[limb]}


def test_a_given_severity_changes_nothing_else() -> None:
    plain, severe = (phantom_visit(11, mm_per_px=0.5, severity=s) for s in (None, 6.0))
    left = (Limb.HAND, Side.L)
    assert sum(severe[left].grades.values()) > sum(plain[left].grades.values())
