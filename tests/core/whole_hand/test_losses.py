import pytest
import torch

from core.whole_hand.losses import smooth_loss


def test_the_loss_worked_by_hand() -> None:
    scores, targets = torch.tensor([0.0, 0.0]), torch.tensor([0.5, -2.0])
    # 0.6 * 0.25 = 0.15 and |-2| = 2; their mean is 1.075
    assert float(smooth_loss(scores, targets, epsilon=1e-12)) == pytest.approx(1.075**0.5)


def test_a_b_and_c_are_arguments() -> None:
    scores, targets = torch.zeros(2), torch.tensor([1.5, 3.0])
    # 0.5 * 2.25 = 1.125 below c = 2; 3 - 0.5 = 2.5 beyond
    assert float(smooth_loss(scores, targets, a=0.5, b=0.5, c=2.0, epsilon=1e-12)) == pytest.approx(1.8125**0.5)


def test_the_gradient_worked_by_hand() -> None:
    scores = torch.tensor([0.0, 0.0], requires_grad=True)
    smooth_loss(scores, torch.tensor([0.5, -2.0]), epsilon=1e-12).backward()
    # dL/ds = 1 / (2 L) * 1 / n * (-2 a x or -sign x), L = sqrt(1.075)
    factor = 1 / (2 * 1.075**0.5) / 2
    assert scores.grad is not None
    torch.testing.assert_close(scores.grad, torch.tensor([-2 * 0.6 * 0.5 * factor, factor]))


def test_the_gradient_is_finite_where_nothing_is_wrong() -> None:
    scores = torch.tensor([0.3, -1.0], requires_grad=True)
    smooth_loss(scores, torch.tensor([0.3, -1.0])).backward()
    assert scores.grad is not None and scores.grad.tolist() == [0.0, 0.0]


def test_the_papers_factors_jump_at_one() -> None:
    below, at = (float(smooth_loss(torch.zeros(1), torch.tensor([x]), epsilon=1e-12)) for x in (1 - 1e-6, 1.0))
    assert below == pytest.approx(0.6**0.5, abs=1e-4) and at == pytest.approx(1.0)


@pytest.mark.parametrize("wrong", [{"a": 0.0}, {"c": 0.0}, {"epsilon": 0.0}, {"b": 1.5}])
def test_factors_that_make_no_loss_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="smooth loss"):
        smooth_loss(torch.zeros(1), torch.zeros(1), **wrong)
