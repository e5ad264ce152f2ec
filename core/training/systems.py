"""Every system of the two papers' tables: its network, size, schedule, and the card that its weights are kept under.

Schedules are the papers': SGD 1e-3, batch 4, momentum 0.9, weight decay 1e-3 for the whole-hand networks (section 4.1; the number
of epochs is not printed: 60); Adam 1e-3, batch 32, x 0.2 after 5 stale epochs, 200 epochs for DeepRA's networks (section 4.3.1);
Adam 1e-3, batch 8, x 0.1 after 4 and an end after 5 stale epochs for its detectors (section 4.2.1; epochs not printed: 60).
"""

from dataclasses import dataclass

from core.detection.network import PAPER_PARTS, PartsSettings
from core.evaluation.study_cohort import SIZES
from core.joint_scoring.film_network import FilmSettings
from core.joint_scoring.network import DENSENET_SETTINGS, PAPER_SETTINGS, ScoringSettings
from core.svh import Limb
from core.training.engine import LoopSettings
from core.training.score_parts import parts_of_row
from core.whole_hand import WholeHandSettings

Settings = WholeHandSettings | ScoringSettings | FilmSettings | PartsSettings


@dataclass(frozen=True)
class System:
    """Settings of a network and of its training; `start` names the system whose features it begins with."""

    settings: Settings
    loop: LoopSettings
    batch: int
    limb: Limb = Limb.HAND  # what a whole-hand network looks at: feet are the other task of the pretraining
    start: str | None = None


def _hands(architecture: str, *, limb: Limb = Limb.HAND, start: str | None = None) -> System:
    epoch = -(-SIZES["train"] // 4)
    loop = LoopSettings(
        steps=60 * epoch, learning_rate=1e-3, weight_decay=1e-3, optimiser="sgd", schedule="plateau", patience=5,
        stop_after=15, validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(WholeHandSettings(architecture), loop, 4, limb, start)


def _deepra(settings: Settings, crops_per_patient: int) -> System:
    epoch = -(-SIZES["train"] * crops_per_patient // 32)
    loop = LoopSettings(
        steps=200 * epoch, weight_decay=0.0, optimiser="adam", schedule="plateau", patience=5, stop_after=30,
        validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(settings, loop, 32)


def _detector(limb: Limb) -> System:
    epoch = -(-SIZES["train"] * 2 // 8)
    loop = LoopSettings(
        steps=60 * epoch, weight_decay=0.0, optimiser="adam", schedule="plateau", factor=0.1, patience=4, stop_after=5,
        validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(PAPER_PARTS[limb], loop, 8, limb)


def _crops(row: str) -> int:
    return 2 * len(parts_of_row(row))


TRANSFERRED = ("resnet50", "mobilenet_v2", "resnet_dwise50")  # Table 5
SYSTEMS: dict[str, System] = {
    **{name: _hands(name) for name in ("resnet_dwise50", "resnet50_separable", "resnet50_baseline")},
    **{name: _hands(name) for name in ("resnet50", "mobilenet_v2")},
    **{f"{name}_feet": _hands(name, limb=Limb.FOOT) for name in TRANSFERRED},
    **{f"{name}_finetuned": _hands(name, start=f"{name}_feet") for name in TRANSFERRED},
    **{f"deepra_{row}": _deepra(settings, _crops(row)) for row, settings in PAPER_SETTINGS.items()},
    **{f"densenet_{row}": _deepra(settings, _crops(row)) for row, settings in DENSENET_SETTINGS.items()},
    "densenet_films": _deepra(FilmSettings(), 4),
    **{f"paper_{limb.value.lower()}_parts": _detector(limb) for limb in Limb},
}
