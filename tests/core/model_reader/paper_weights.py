"""A paper set for tests: the compact detectors and six small networks with random weights."""

from dataclasses import asdict
from pathlib import Path

import torch

from core.checkpoint import WeightCard, save_weights, write_card
from core.checkpoint.weight_file import FOLDER
from core.joint_scoring.network import ScoringNetwork, ScoringSettings
from core.joint_scoring.table import ROWS, Row


def small_network(row: Row, backbone: str = "tf_efficientnet_lite0") -> ScoringNetwork:
    """A network of one row on crops of whole parts, 64 px, whose outputs are about half of the maximum."""
    torch.manual_seed(len(row.name))
    network = ScoringNetwork(ScoringSettings(backbone, 4, 64, (row.name,), False, 16, 0.0, False))
    torch.nn.init.constant_(network.heads[row.name].dense[-1].bias, 0.5)
    return network


def write_scorer(folder: Path, name: str, network: ScoringNetwork, **calibration: object) -> None:
    """Weights and card of a scoring network."""
    card = WeightCard(
        name=name, architecture="ScoringNetwork", settings=asdict(network.settings), input_px=(64, 64),
        trained_on="nothing", training={}, code_revision="0",
        sha256=save_weights(network, name, folder=folder, int8=True),
        calibration=calibration,
    )  # fmt: skip
    write_card(card, folder=folder)


def write_paper_set(folder: Path) -> None:
    """The compact set (links) and `paper_<row>` for every row, each with a calibration of its own."""
    for path in FOLDER.glob("compact_*"):
        (folder / path.name).symlink_to(path)
    for n, row in enumerate(ROWS):
        cut = {f"{row.name}/{output}": 0.5 + n / 10 for output in row.outputs}
        prior = {f"{row.name}/{row.outputs[0]}": [[0.0, float(n)]]}
        widen = {row.damage.value: [0.1 * n, 0.2 * n]}
        write_scorer(folder, f"paper_{row.name}", small_network(row), zero_cut=cut, widen=widen, attention_prior=prior)
