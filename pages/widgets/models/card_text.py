"""A weight card in words: what a network is, what it is for, what was measured."""

from typing import Any

from core.checkpoint import WeightCard
from core.evaluation.study_tables import p_text

TITLES = {
    "compact_limb_finder": ("Limb finder", "Finds hands and feet on a whole film, and how they lie."),
    "compact_hand_parts": ("Hand parts and joints", "Finds fingers, thumb, wrist and every joint of a hand."),
    "compact_foot_parts": ("Foot parts and joints", "Finds the toes and every joint of a forefoot."),
    "compact_joint_scorer": (
        "Joint scorer", "Gives erosion and joint-space narrowing of every joint its points and an interval.",
    ),
    "resnet_dwise50": ("ResNet-Dwise50", "Gives the total of both hands from one picture of them."),
    "resnet50_baseline": ("Ablation: baseline", "ResNet-50 with preactivation and ResNet-D; the total of both hands."),
    "resnet50_separable": (
        "Ablation: depthwise separable", "The baseline with depthwise separable blocks; the total of both hands.",
    ),
    "resnet50": ("ResNet-50", "The total of both hands."),
    "mobilenet_v2": ("MobileNetV2", "The total of both hands."),
    "mobilenet_v2_maps": (
        "MobileNetV2, trained on damage maps",
        "Its heat is shown on the page Explain. It gives no score here: undamaged real hands got points from it.",
    ),
    "paper_hand_parts": (
        "DeepRA, hand detector", "RetinaNet with ResNet-50-FPN: finds the parts and joints of a hand.",
    ),
    "paper_foot_parts": (
        "DeepRA, foot detector", "RetinaNet with ResNet-50-FPN: finds the parts and joints of a forefoot.",
    ),
    "densenet_parts": (
        "DeepRA, DenseNet-169",
        "Points of the joints of a whole finger, toe or wrist, with an attention map for each row of the table.",
    ),
    "densenet_films": (
        "DenseNet-169 on whole films", "Every site of a film at once, without looking for joints first.",
    ),
}  # fmt: skip
ROW_WORDS = {
    "erosion_fingers": "erosion of fingers, thumb, great toe", "jsn_fingers": "narrowing of fingers, great toe",
    "jsn_toes": "narrowing of toes 2-5, thumb", "erosion_toes": "erosion of toes 2-5",
    "erosion_wrist": "erosion of the wrist", "jsn_wrist": "narrowing of the wrist",
}  # fmt: skip
FIGURES = {
    "rho": "Pearson's r", "r": "Pearson's r", "mae": "mean absolute error (points)", "rmse": "RMSE (points)",
    "bias": "bias (points)", "map": "mAP at IoU 0.6",
    "limits": "limits of agreement (points)", "p": "p of the paired t-test", "patients": "patients", "films": "films",
    "weighted_mae_total": "weighted MAE of the total", "weighted_rmse_jsn": "weighted RMSE of narrowing",
    "weighted_rmse_erosion": "weighted RMSE of erosion",
    **{f"{size}_{key}": f"{size} undamaged plates: {words}" for size in ("large", "small") for key, words in (
        ("mean", "mean points a hand"), ("worst", "most points of a hand"),
        ("interval_holds_0", "share of intervals that hold 0"), ("hands", "hands"),
    )},
    "painted_r": "painted damage: Pearson's r", "painted_rmse": "painted damage: RMSE (points)",
    "painted_interval_holds_truth": "painted damage: share of intervals that hold the truth",
    "painted_hands": "painted damage: hands",
    "iou60": "share of parts with IoU of at least 0.6", "iou": "mean IoU",
    "joint_px": "median error of a joint (px of the picture)",
    "joint_off": "share of joints more than 6 px off",
    **{f"ap_{part}": f"AP at IoU 0.6, {words}" for part, words in (
        ("thumb", "thumb"), ("toe", "great toe"), *((f"finger{k}", f"finger or toe {k + 1}") for k in range(1, 5)),
        ("wrist", "wrist")
    )},
    "joint_error_percent_median": "median error of a joint (% of its part's long side)",
    "joint_error_percent_p95": "95th percentile of it (%)",
}  # fmt: skip
CHECKED = "validation_"  # how the log of a training names what it checked
GROUPS = {
    "study": "Study cohort, unseen phantoms", "phantom_sites": "Single sites, phantoms",
    "phantom_totals": "Totals, phantoms",
    "real_false_points": "Points given to healthy real limbs", "simulated_sites": "Simulated damage on real films",
    "phantom_parts_hand": "Finding, phantoms", "phantom_parts_foot": "Finding, phantoms",
    "small_plate_false_points": "Points given to small plates of healthy limbs",
    "test_false_points": "Points given to healthy real limbs, test films",
    "test_simulated_sites": "Simulated damage on real test films",
    "test_parts_hand": "Finding, real test films", "test_parts_foot": "Finding, real test films",
    "whole_hand_real": "Single real hands, undamaged or painted", "real_parts_hand": "Finding, real films",
    "real_parts_foot": "Finding, real films", "gate": "Accepting and refusing films",
}  # fmt: skip
TAUGHT = {  # by the ending of a name: what was learnt on the way
    "_finetuned": "fine-tuned on totals",
    "_maps": "trained on damage maps",
    "_large": "trained on damage maps, at the paper's size",
    "_seed1": "second seed",
    "_seed2": "third seed",
}
LIMITS = (
    "It has never seen a film with clinical scores. Its figures on phantoms say nothing about patients; films of"
    " children, of hands after surgery, in plaster or not laid flat are outside what it was made for. A total without a"
    " look at the joints is no reading."
)


def title(card: WeightCard) -> tuple[str, str]:
    """Name and purpose of a network, in words."""
    name = card.name
    if name in TITLES:
        return TITLES[name]
    for ending, how in TAUGHT.items():
        known = TITLES.get(name.removesuffix(ending))
        if name.endswith(ending) and known:
            return f"{known[0]}, {how}", known[1]
    row = ROW_WORDS.get(name.removeprefix("paper_"))
    if row:
        return (
            f"DeepRA, EfficientNet: {row}",
            "Points of the joints of a whole finger, toe or wrist, with an attention map.",
        )
    return name, card.architecture


def _value(value: Any) -> str:
    if value is None:
        return "not defined"
    if isinstance(value, list):
        return " to ".join(_value(v) for v in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def measured(card: WeightCard) -> list[tuple[str, str, str]]:
    """Every figure of the card: what it was measured on, its name, its value.

    Without any, what the training last checked.
    """
    rows = []
    for group, figures in card.results.items():
        for key, value in figures.items():
            if isinstance(value, dict) or key.endswith("_interval"):
                continue
            interval = figures.get(f"{key}_interval")
            shown = (p_text(value) if key == "p" else _value(value)) + (f" ({_value(interval)})" if interval else "")
            rows.append((GROUPS.get(group, group.replace("_", " ")), FIGURES.get(key, key.replace("_", " ")), shown))
    return rows or _checked(card)


def _checked(card: WeightCard) -> list[tuple[str, str, str]]:
    lines = [line for line in card.training.get("curve", ()) if any(key.startswith(CHECKED) for key in line)]
    return [
        ("Validation phantoms, while training", FIGURES[name], _value(value))
        for key, value in (lines[-1] if lines else {}).items()
        if (name := key.removeprefix(CHECKED)) in FIGURES
    ]


def facts(card: WeightCard) -> str:
    """Size and training, in one line."""
    parts = [f"Sees {card.input_px[0]} x {card.input_px[1]} px"]
    if "parameters" in card.training:
        parts.append(f"{card.training['parameters'] / 1e6:.1f} million parameters")
    curve, loop = card.training.get("curve", ()), card.training.get("loop", {})
    steps = card.training.get("steps_taken") or (curve[-1]["step"] if curve else 0)
    if steps and "batch" in card.training:
        batch = card.training["batch"]
        parts.append(f"{steps:,.0f} steps of {batch}: {steps * batch:,.0f} pictures seen")
    rates = [line["steps_s"] for line in curve if line.get("steps_s")]
    if loop.get("minutes"):
        parts.append(f"{loop['minutes']:g} minutes")
    elif rates:
        parts.append(f"{steps / rates[-1] / 60:.0f} minutes")
    if "device" in card.training:
        parts.append(f"trained on {card.training['device']}")
    if end := how_it_ended(card):
        parts.append(end)
    return " · ".join(parts)


def how_it_ended(card: WeightCard) -> str:
    """Whether the training ended while validation still got better; empty where the card has fewer than two checks."""
    checks = [
        (line["step"], line[f"{CHECKED}score"]) for line in card.training.get("curve", ()) if f"{CHECKED}score" in line
    ]
    if len(checks) < 2:
        return ""
    best = max(range(len(checks)), key=lambda n: checks[n][1])
    if best == len(checks) - 1:
        return "ended with its steps while validation still got better: it has not learnt all it could"
    return f"best on validation at step {checks[best][0]:,}, kept from there"
