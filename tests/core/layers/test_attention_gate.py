import torch

from core.layers.attention_gate import AttentionGate


def test_shapes_and_range() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        pooled, attention = AttentionGate(12, (6, 5))(torch.randn(4, 12, 6, 5))
    assert pooled.shape == (4, 12)
    assert attention.shape == (4, 1, 6, 5)
    assert 0 < float(attention.min()) <= float(attention.max()) < 1


def test_every_parameter_gets_a_gradient() -> None:
    torch.manual_seed(0)
    gate = AttentionGate(12, (4, 4))
    pooled, _ = gate(torch.randn(8, 12, 4, 4))
    (pooled * torch.randn_like(pooled)).sum().backward()
    silent = [name for name, p in gate.named_parameters() if p.grad is None or not p.grad.abs().sum() > 0]
    assert silent == []


def test_an_open_gate_pools_to_the_mean() -> None:
    gate = AttentionGate(3, (4, 4)).eval()
    torch.nn.init.zeros_(gate.local.weight)
    torch.nn.init.constant_(gate.local.bias, 50.0)
    features = torch.randn(2, 3, 4, 4)
    pooled, _ = gate(features)
    torch.testing.assert_close(pooled, features.mean((2, 3)), atol=1e-4, rtol=1e-3)


def test_a_gate_open_at_one_position_takes_that_position() -> None:
    gate = AttentionGate(3, (4, 4)).eval()
    torch.nn.init.zeros_(gate.local.weight)
    torch.nn.init.constant_(gate.local.bias, -50.0)
    with torch.no_grad():
        gate.local.bias[0, 2, 1] = 50.0
    features = torch.randn(2, 3, 4, 4)
    pooled, _ = gate(features)
    torch.testing.assert_close(pooled, features[:, :, 2, 1], atol=1e-3, rtol=1e-3)


def test_a_shut_gate_stays_finite() -> None:
    gate = AttentionGate(3, (4, 4)).eval()
    torch.nn.init.constant_(gate.local.bias, -1e4)
    pooled, _ = gate(torch.randn(1, 3, 4, 4))
    assert torch.isfinite(pooled).all()
