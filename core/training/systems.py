"""Every system of the two papers' tables: its network, size, schedule, and the card that its weights are kept under.

Schedules are the papers': SGD 1e-3, batch 4, momentum 0.9, weight decay 1e-3 for the whole-hand networks (section 4.1;
the number of epochs is not printed: 60); Adam 1e-3, batch 32, x 0.2 after 5 stale epochs, 200 epochs for DeepRA's
networks (section 4.3.1); Adam 1e-3, batch 8, x 0.1 after 4 and an end after 5 stale epochs for its detectors (section
4.2.1; epochs not printed: 60).
"""

from dataclasses import dataclass, replace

from core.detection.network import PAPER_PARTS, PartsSettings
from core.joint_scoring.film_network import FilmSettings
from core.joint_scoring.network import DENSENET_SETTINGS, PAPER_SETTINGS, ScoringSettings
from core.phantom.study_cohort import SIZES
from core.svh import Limb
from core.training.schedule import LoopSettings
from core.training.score_parts import parts_of_rows
from core.whole_hand import WholeHandSettings

Settings = WholeHandSettings | ScoringSettings | FilmSettings | PartsSettings


@dataclass(frozen=True)
class System:
    """Settings of a network and of its training.

    `limb` is what a detector looks for. `maps`: a whole-hand network learns where in the picture the points lie.
    `start` names the network whose features it begins with; "imagenet" is the start that a registry ships for its
    architecture. `seed` draws the first weights and the pictures.
    """

    settings: Settings
    loop: LoopSettings
    batch: int
    limb: Limb = Limb.HAND
    maps: bool = False
    start: str | None = None
    seed: int = 0


def _hands(architecture: str, *, start: str | None = None) -> System:
    epoch = -(-SIZES["train"] // 4)
    loop = LoopSettings(
        steps=60 * epoch, learning_rate=1e-3, weight_decay=1e-3, optimiser="sgd", schedule="plateau", patience=5,
        stop_after=15, validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(WholeHandSettings(architecture), loop, 4, start=start)


def _deepra(settings: Settings, pictures_per_patient: int, *, batch: int = 32, start: str | None = None) -> System:
    epoch = -(-SIZES["train"] * pictures_per_patient // batch)
    loop = LoopSettings(
        steps=200 * epoch, weight_decay=0.0, optimiser="adam", schedule="plateau", patience=5, stop_after=30,
        validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(settings, loop, batch, start=start)


def _detector(limb: Limb, start: str | None = None) -> System:
    epoch = -(-SIZES["train"] * 2 // 8)
    loop = LoopSettings(
        steps=60 * epoch, weight_decay=0.0, optimiser="adam", schedule="plateau", factor=0.1, patience=4, stop_after=5,
        validate_steps=epoch, average=0.0, log_steps=epoch,
    )  # fmt: skip
    return System(PAPER_PARTS[limb], loop, 8, limb, start=start)


def shortened(system: System, steps: int | None, minutes: float | None = None) -> System:
    """The system with fewer steps, or as many as go into some minutes: AdamW with a warm-up and a cosine to zero.

    The papers' schedules wait for plateaus that a short training never sees. With `steps` alone, for a machine without
    a GPU, batches are halved. A whole-hand network with a start learns slower: at the full rate ResNet-Dwise50 and
    ResNet-50 lost in their first thousand steps what they had learnt before.
    """
    rate = 1e-3
    if isinstance(system.settings, WholeHandSettings):
        if system.maps and not system.start:
            rate = 2e-3
        if system.start and not system.maps:
            rate = 3e-4
    if minutes:
        loop = LoopSettings(
            steps=steps or system.loop.steps, minutes=minutes, learning_rate=rate, average=0.995, validate_steps=250,
            log_steps=50, save_seconds=60,
        )  # fmt: skip
        return replace(system, loop=loop)
    assert steps
    loop = LoopSettings(
        steps=steps, learning_rate=rate, warm_up=min(100, steps // 5), average=0.98,
        validate_steps=max(1, -(-steps // 3)),
        log_steps=max(1, steps // 30), save_seconds=60,
    )  # fmt: skip
    return replace(system, loop=loop, batch=max(4, system.batch // 2))


def until_it_stops(system: System, epochs: int) -> System:
    """A whole-hand network trained until fifteen validations in a row were no better, for at most so many epochs.

    One protocol for all of them: batches of 32, AdamW at the rate that `shortened` has for its kind, validation after
    every second epoch of the study's patients, the rate three times lower after five validations (ten epochs)
    without a higher r, the end after fifteen (thirty epochs).

    Raises: ValueError for a network that does not see whole hands.
    """
    if not isinstance(system.settings, WholeHandSettings):
        raise ValueError("--epochs is for the networks that see whole hands")
    epoch = -(-SIZES["train"] // PROTOCOL_BATCH)
    loop = LoopSettings(
        steps=epochs * epoch, learning_rate=shortened(system, 1).loop.learning_rate, warm_up=2 * epoch, average=0.95,
        validate_steps=2 * epoch, log_steps=2 * epoch, schedule="plateau", factor=1 / 3, patience=5, stop_after=15,
        save_seconds=60,
    )  # fmt: skip
    return replace(system, loop=loop, batch=PROTOCOL_BATCH)


def _crops(*rows: str) -> int:
    return 2 * len(parts_of_rows(rows))


# No ImageNet start of the papers' backbones is at hand. DeepRA's EfficientNets begin with the features of the compact
# scorer, an EfficientNet-lite0 that did begin with ImageNet.
WHOLE_HAND = ("resnet_dwise50", "resnet50_separable", "resnet50_baseline", "resnet50", "mobilenet_v2")  # Tables 3 and 4
STARTS = {"resnet50": "paper_foot_parts", "mobilenet_v2": "imagenet"}  # the paper's: ImageNet for all
TRANSFERRED = ("resnet50", "mobilenet_v2", "resnet_dwise50")  # Table 5
SEEDED = ("resnet_dwise50", "mobilenet_v2")  # the two that the paper compares most: from three seeds each
PROTOCOL_BATCH = 32
SYSTEMS: dict[str, System] = {  # a network after the one that it starts from
    "paper_foot_parts": _detector(Limb.FOOT),
    "paper_hand_parts": _detector(Limb.HAND, "paper_foot_parts"),
    **{name: _hands(name) for name in WHOLE_HAND},
    **{f"{name}_seed{seed}": replace(_hands(name), seed=seed) for name in SEEDED for seed in (1, 2)},
    **{f"{name}_maps": replace(_hands(name, start=STARTS.get(name)), maps=True) for name in WHOLE_HAND},
    "resnet_dwise50_large": replace(
        _hands("resnet_dwise50"), maps=True, batch=8
    ),  # at the paper's size, the others smaller
    **{f"{name}_finetuned": _hands(name, start=f"{name}_maps") for name in TRANSFERRED},
    **{
        f"paper_{row}": _deepra(settings, _crops(row), start="compact_joint_scorer")
        for row, settings in PAPER_SETTINGS.items()
    },
    "densenet_parts": _deepra(DENSENET_SETTINGS, _crops(*PAPER_SETTINGS)),
    "densenet_films": _deepra(FilmSettings(), 4, batch=8),
}
