import torch

from core.layers.locally_connected import LocallyConnected1x1


def test_it_equals_a_loop_over_positions() -> None:
    torch.manual_seed(0)
    layer = LocallyConnected1x1(3, 2, 4, 5)
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(2, 3, 4, 5)
    out = layer(x)
    assert out.shape == (2, 2, 4, 5)
    for row in range(4):
        for column in range(5):
            by_hand = x[:, :, row, column] @ layer.weight[:, :, row, column].T + layer.bias[:, row, column]
            torch.testing.assert_close(out[:, :, row, column], by_hand)


def test_a_position_reads_only_itself() -> None:
    layer = LocallyConnected1x1(3, 1, 4, 4)
    x = torch.randn(1, 3, 4, 4, requires_grad=True)
    layer(x)[0, 0, 1, 2].backward()
    assert x.grad is not None
    assert x.grad.abs().sum((0, 1)).nonzero().tolist() == [[1, 2]]
