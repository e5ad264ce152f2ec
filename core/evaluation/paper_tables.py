"""The tables of the two papers, with their own figures: what ours stand beside.

Sources: DeepRA (Chaturvedi 2021, arXiv:2102.06982), ResNet-Dwise50 (Wang 2022, J Healthc Eng). `system` is the name of
our weights, or of a row that needs none ("readers", "random_baseline", "compact").
"""

from dataclasses import dataclass, field

DEEPRA, DWISE = "DeepRA", "ResNet-Dwise50"


@dataclass(frozen=True)
class PaperRow:
    """One row: the paper's label, our system, the paper's figures by measure (a missing one was not printed)."""

    label: str
    system: str
    printed: dict[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class PaperTable:
    """One table: which paper, its number, what it shows, the measures by heading, the rows.

    The caption is about our figures.
    """

    paper: str
    number: str
    title: str
    measures: dict[str, str]
    rows: tuple[PaperRow, ...]
    caption: str


_PHANTOM = (
    "Ours: the study's test patients, digital phantoms with two simulated readers; the paper's: films of patients. They"
    " show order, not rank."
)
_AP = {
    "ap_thumb": (0.986, None), "ap_toe": (None, 0.983), "ap_finger1": (0.979, 0.973), "ap_finger2": (0.983, 0.955),
    "ap_finger3": (0.971, 0.947), "ap_finger4": (0.977, 0.965), "ap_wrist": (0.993, None), "map": (0.981, 0.965),
}  # fmt: skip


def _ap(column: int) -> dict[str, float | str]:
    return {key: value for key, pair in _AP.items() if (value := pair[column]) is not None}


def _errors(rho: float, mae: float, rmse: float) -> dict[str, float | str]:
    return {"rho": rho, "mae": mae, "rmse": rmse, "p": "> 0.05"}


def _sized(rho: float, mae: float, rmse: float, millions: float, seconds: int) -> dict[str, float | str]:
    return {**_errors(rho, mae, rmse), "millions": millions, "seconds_per_epoch": seconds}


_TRAINED = {"input_px": "picture (px)", "steps": "training steps"}  # the papers print neither row by row
_ERRORS = {"rho": "r", "mae": "MAE", "rmse": "RMSE", "p": "p", **_TRAINED}
_SIZED = {**_ERRORS, "validation_r": "r, validation", "millions": "parameters (M)", "seconds_per_epoch": "s per epoch"}
_BEFORE = (
    " Before its maps MobileNetV2 had ImageNet, ResNet-50 the trunk of DeepRA's hand detector, ResNet-Dwise50 nothing."
)


def _and_maps(*rows: PaperRow) -> tuple[PaperRow, ...]:
    """The rows as the paper has them, from scratch, and of networks that learnt where the points lie."""
    return rows + tuple(PaperRow(f"{row.label}, from maps", f"{row.system}_maps", row.printed) for row in rows)


_LADDER = _and_maps(
    PaperRow("Baseline (B)", "resnet50_baseline", _sized(0.95, 18.85, 28.95, 25, 359)),
    PaperRow("B + DSC", "resnet50_separable", _sized(0.93, 18.96, 29.48, 3.7, 169)),
    PaperRow("B + DSC + IRB", "resnet_dwise50", _sized(0.95, 17.76, 26.34, 4.3, 179)),
)
_WEIGHTED = {
    "weighted_mae_total": "weighted MAE, total",
    "weighted_rmse_jsn": "weighted RMSE, JSN",
    "weighted_rmse_erosion": "weighted RMSE, erosion",
}


def _weighted(total: float, jsn: float, erosion: float) -> dict[str, float | str]:
    return {"weighted_mae_total": total, "weighted_rmse_jsn": jsn, "weighted_rmse_erosion": erosion}


def _network(label: str, row: str, backbone: str, images: int, outputs: int) -> PaperRow:
    return PaperRow(label, f"paper_{row}", {"backbone": backbone, "images": images, "outputs": outputs})


TABLES: tuple[PaperTable, ...] = (
    PaperTable(
        DEEPRA, "1", "Detection: AP at IoU 0.6",
        {"map": "mAP", "ap_thumb": "thumb", "ap_toe": "toe", **{f"ap_finger{k}": f"finger {k}" for k in range(1, 5)},
         "ap_wrist": "wrist", **_TRAINED},
        (
            PaperRow("Hand (compact)", "compact_hand_parts", _ap(0)),
            PaperRow("Foot (compact)", "compact_foot_parts", _ap(1)),
            PaperRow("Hand, ResNet-50-FPN (paper: 1000/1400 px)", "paper_hand_parts", _ap(0)),
            PaperRow("Foot, ResNet-50-FPN (paper: 1000/1400 px)", "paper_foot_parts", _ap(1)),
        ),
        _PHANTOM + " The compact detectors were given all test patients, DeepRA's the last 30.",
    ),
    PaperTable(
        DEEPRA, "2", "The six networks",
        {"backbone": "backbone", "images": "joint images", "outputs": "outputs",
         "millions": "parameters (M)", "input_px": "crop (px)", "validation_rmse": "validation RMSE (points)"},
        (
            _network("Erosion, hand fingers, thumb, great toe", "erosion_fingers", "B3", 4404, 2),
            _network("JSN, hand fingers, great toe", "jsn_fingers", "B3", 3670, 2),
            _network("JSN, toes 2-5, thumb", "jsn_toes", "B4", 3670, 1),
            _network("Erosion, toes 2-5", "erosion_toes", "B4", 2936, 1),
            _network("Erosion, wrist", "erosion_wrist", "B5", 734, 6),
            _network("JSN, wrist", "jsn_wrist", "B5", 734, 6),
        ),
        "Crops of the study's training patients; the paper prints no error for a single network.",
    ),
    PaperTable(
        DEEPRA, "3", "Weighted errors",
        _WEIGHTED,
        (
            PaperRow("Baseline (random)", "random_baseline", _weighted(7.023, 1.96, 1.728)),
            PaperRow("DenseNet-169 without detection and attention", "densenet_films", _weighted(2.979, 1.659, 1.487)),
            PaperRow("DenseNet-169 with both", "densenet", _weighted(1.465, 1.449, 1.394)),
            PaperRow("EfficientNets with both", "deepra", _weighted(1.371, 1.433, 1.397)),
            PaperRow("Final (EfficientNets with both)", "deepra", _weighted(1.456, 1.358, 1.404)),
            PaperRow("The compact set of this project", "compact"),
        ),
        _PHANTOM + " The challenge's weights were never published, nor is its scale known: "
        "compare down a column, never across. "
        "Our weights: (1 + truth / mean truth) / 2; total in points of 448, JSN and erosion in points a site.",
    ),
    PaperTable(
        DWISE, "1", "ResNet-Dwise50",
        {"millions": "parameters (M)", "input_px": "picture (px)"},
        (PaperRow("ResNet-Dwise50", "resnet_dwise50_large", {"millions": 4.3, "input_px": "1024 x 1024"}),),
        "The text does not fix the network; the readings that were counted stand in core/whole_hand/network.py.",
    ),
    PaperTable(
        DWISE, "2", "Two readers, hand totals",
        {"rho": "r", "mae": "MAE", "rmse": "RMSE", "p": "p", "mean_1": "mean 1", "mean_2": "mean 2",
         "sd_1": "SD 1", "sd_2": "SD 2"},
        (PaperRow("Reader 2 against reader 1", "readers", {
            **_errors(0.97, 12.24, 18.75), "mean_1": 39.76, "mean_2": 39.85, "sd_1": 40.90, "sd_2": 38.78}),),
        "Ours: simulated readers on the study's test patients. "
        "The paper's row contradicts itself: its spreads and r 0.97 give RMSE 10.0; "
        "r and RMSE were kept, so that our spread is larger.",
    ),
    PaperTable(DWISE, "3", "Ablation", _SIZED, _LADDER, _PHANTOM
               + " The paper's time is on two Tesla P4, ours on the device of the card. "
               "From maps: all three from random numbers, alike."),
    PaperTable(
        DWISE, "4", "Networks",
        _SIZED,
        _and_maps(
            PaperRow("ResNet-50", "resnet50", _sized(0.95, 18.85, 28.95, 25, 359)),
            PaperRow("MobileNetV2", "mobilenet_v2", _sized(0.93, 18.94, 29.85, 2.2, 162)),
            PaperRow("ResNet-Dwise50", "resnet_dwise50", _sized(0.95, 17.76, 26.34, 4.3, 179)),
        ),
        _PHANTOM + _BEFORE,
    ),
    PaperTable(
        DWISE, "4", "Networks, from other seeds",
        {"rho": "r", "validation_r": "r, validation", **_TRAINED},
        (
            PaperRow("ResNet-Dwise50, second seed", "resnet_dwise50_seed1", {"rho": 0.95}),
            PaperRow("ResNet-Dwise50, third seed", "resnet_dwise50_seed2", {"rho": 0.95}),
            PaperRow("MobileNetV2, second seed", "mobilenet_v2_seed1", {"rho": 0.93}),
            PaperRow("MobileNetV2, third seed", "mobilenet_v2_seed2", {"rho": 0.93}),
        ),
        _PHANTOM + " r on validation patients chose the checkpoint: it flatters a little.",
    ),
    PaperTable(
        DWISE, "5", "Transfer learning",
        _ERRORS,
        (
            PaperRow("ResNet-50", "resnet50_finetuned", _errors(0.97, 15.32, 22.58)),
            PaperRow("MobileNetV2", "mobilenet_v2_finetuned", _errors(0.96, 15.70, 22.89)),
            PaperRow("ResNet-Dwise50", "resnet_dwise50_finetuned", _errors(0.97, 14.90, 22.01)),
        ),
        _PHANTOM + _BEFORE + " The paper starts from CheXpert, ours from such maps of the same training patients; "
        "ResNet-Dwise50 at 1024 px, trained on a GPU, from points in small windows instead.",
    ),
)  # fmt: skip
# Table 6 of the ResNet-Dwise50 paper: two readers, their mean, the network.
SAMPLE_CASES: tuple[tuple[float, float, float, float], ...] = (
    (4, 8, 6, 15),
    (42, 58, 50, 64),
    (74, 90, 82, 83),
    (175, 163, 169, 186),
)
