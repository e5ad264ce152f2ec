from core.agreement import compare, study_of
from core.phantom.simulated_readers import READERS, VISITS, simulated_readings


def test_the_same_seed_gives_the_same_readings() -> None:
    one, two = simulated_readings(1, patients=3), simulated_readings(1, patients=3)
    assert {k: dict(r.points) for k, r in one.items()} == {k: dict(r.points) for k, r in two.items()}
    assert set(one) == {(r, f"P{n:03d}", v) for r in READERS for n in (1, 2, 3) for v in VISITS}
    assert dict(one[(READERS[0], "P001", VISITS[0])].points) != dict(
        simulated_readings(2)[(READERS[0], "P001", VISITS[0])].points
    )


def test_the_readers_differ_as_human_ones_do() -> None:
    for seed in (3, 11):
        study = study_of(simulated_readings(seed, patients=120))
        status = compare(study, READERS, draws=20).of("total").estimates
        change = compare(study, READERS, change=True, draws=20).of("total").estimates
        assert 0.95 < (status["pearson"].value or 0) < 0.995
        assert 1.5 < (change["sdc_mean"].value or 0) < 6
        assert (change["mean_first"].value or 0) > 0.5
