"""How many patients: the closed forms by hand."""

import pytest

from core.agreement.plan import patients_for_icc, patients_for_sdc


def test_patients_for_an_icc_by_hand() -> None:
    # 8 * 1.959964^2 * 0.1^2 * 1.9^2 / (2 * 0.1^2) + 1 + 5 * 0.9 = 60.97; three readers: 8 z^2 .01 2.8^2 / (6 * .01) + 1
    # = 41.2
    assert patients_for_icc(0.9, 0.1).patients == 61
    assert patients_for_icc(0.9, 0.1, readers=3).patients == 42
    assert (
        patients_for_icc(0.9, 0.05).patients
        > patients_for_icc(0.9, 0.1).patients
        > patients_for_icc(0.95, 0.1).patients
    )


def test_patients_for_an_sdc_by_the_table_of_chi_squared() -> None:
    # chi2(0.025, 48) = 30.755: sqrt(48 / 30.755) = 1.2493; chi2(0.025, 47) = 29.956: 1.2526
    assert patients_for_sdc(1.25).patients == 49


@pytest.mark.parametrize(("icc", "width"), [(1.0, 0.1), (0.0, 0.1), (0.9, 0.0), (0.9, 1.0)])
def test_what_cannot_be_planned_is_refused(icc: float, width: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        patients_for_icc(icc, width)
    with pytest.raises(ValueError, match="more than 1 times"):
        patients_for_sdc(1.0)
    with pytest.raises(ValueError, match="more than 100,000"):
        patients_for_sdc(1.001)
