import pytest
import torch

from core.layers.percentile_normalize import PercentileNormalize

MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.5)


def test_percentiles_become_zero_and_one_before_normalising() -> None:
    ramp = torch.linspace(0, 1, 101).repeat(100, 1)[None, None] * 0.5 + 0.2
    out = PercentileNormalize(MEAN, STD)(ramp)
    assert out.shape == (1, 3, 100, 101)
    even = out * torch.tensor(STD).view(1, 3, 1, 1) + torch.tensor(MEAN).view(1, 3, 1, 1)
    torch.testing.assert_close(even[:, 0], even[:, 2])
    torch.testing.assert_close(even[0, 0, 0, [1, 50, 99]], torch.tensor([0.0, 0.5, 1.0]), atol=0.02, rtol=0)


@pytest.mark.parametrize(("gain", "shift"), [(0.3, 0.0), (0.5, 0.4), (1.0, 0.0)])
def test_exposure_does_not_change_the_view(gain: float, shift: float) -> None:
    torch.manual_seed(0)
    grey = torch.rand(2, 1, 32, 32)
    normalize = PercentileNormalize(MEAN, STD)
    torch.testing.assert_close(normalize(grey * gain + shift), normalize(grey), atol=1e-3, rtol=1e-3)


def test_each_view_is_stretched_by_itself() -> None:
    torch.manual_seed(0)
    dark, bright = torch.rand(1, 1, 16, 16) * 0.2, torch.rand(1, 1, 16, 16) * 0.2 + 0.8
    normalize = PercentileNormalize(MEAN, STD)
    together = normalize(torch.cat([dark, bright]))
    torch.testing.assert_close(together, torch.cat([normalize(dark), normalize(bright)]))


def test_a_flat_view_stays_finite_and_a_spark_is_held() -> None:
    normalize = PercentileNormalize((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    assert torch.isfinite(normalize(torch.full((1, 1, 8, 8), 0.5))).all()
    torch.manual_seed(0)
    spark = torch.rand(1, 1, 32, 32)
    spark[0, 0, 0, 0] = 100.0
    assert float(normalize(spark).max()) == 1.25


def test_the_constants_are_in_no_weight_file() -> None:
    assert PercentileNormalize(MEAN, STD).state_dict() == {}
