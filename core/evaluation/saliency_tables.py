"""The saliency study as Markdown and as a picture; what it says follows from the figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from core.svh.words import BLUE, web_colour

_TABLE = ("pr_area", "inside_damage", "pointing", "inside_box", "deletion", "insertion", "spearman", "overlap", "blank")
_TITLES = {
    "pr_area": "PR area",
    "inside_damage": "heat in damage",
    "pointing": "pointing",
    "inside_box": "heat in box",
    "deletion": "deletion",
    "insertion": "insertion",
    "spearman": "rank r with reference",
    "overlap": "overlap with reference",
    "blank": "blank maps",
}
_GENERAL = ("uniform", "centred Gaussian", "mean attention of other crops")
MEASURED_AGAINST = ("pr_area", "inside_damage", "deletion", "insertion")
WHOLE_HAND = "whole-hand network"
COMPARED = ("phantom erosion", "phantom jsn", WHOLE_HAND)  # the groups that are said in sentences and drawn


def is_control(name: str) -> bool:
    """Whether a map of the study is a control."""
    return name in _GENERAL or name.endswith(", shuffled")


def unbeaten(group: Mapping[str, Any], name: str, measure: str) -> list[str] | None:
    """The controls that a map does not beat: whose mean is not below the lower end of the map's interval.

    Those that apply are the general ones and the same method with shuffled weights; None where the measure is not
    defined.
    """
    mine = group[name][measure]
    if mine is None:
        return None
    rivals = [c for c in group if c in _GENERAL or c == f"{name}, shuffled"]
    return [c for c in rivals if group[c][measure] is not None and group[c][measure][0] >= mine[1]]


def _number(value: Any) -> str:
    return "-" if value is None else f"{value[0]:.2f} ({value[1]:.2f} to {value[2]:.2f})"


def findings(group: Mapping[str, Any], measures: Sequence[str] = MEASURED_AGAINST) -> list[str]:
    """One sentence a map and measure: beats its controls, or does not and which."""
    lines = []
    for name in (n for n in group if not is_control(n)):
        for measure in measures:
            rivals = unbeaten(group, name, measure)
            if rivals is None:
                continue
            verdict = "beats every control" if not rivals else f"does not beat {', '.join(rivals)}"
            lines.append(f"{name}, {_TITLES[measure]}: {verdict}.")
    return lines


def markdown(results: Mapping[str, Any]) -> str:
    """All groups as tables of maps x measures, controls last, with what they say."""
    lines = [
        f"# Where the network looks: {results['weights']} weights",
        "",
        (
            f"{results['patients']} phantom patients, {results['maps']} maps. Mean (95 % interval, bootstrap by"
            " patient). Measures against the damage are of damaged phantom sites; a random order of pixels has"
            " deletion and insertion 0.50. The reference that maps are compared with is the attention."
        ),
    ]
    for name, group in results["groups"].items():
        chance = next((m["chance"][0] for m in group.values() if m["chance"] is not None), None)
        lines += ["", f"## {name}", ""]
        if name == WHOLE_HAND:
            lines += [
                (
                    "Measured on the films in the picture of both hands. The box is the boxes of all scored joints; the"
                    " uniform map has their share of the films. The reference is Grad-CAM: the network has no"
                    " attention."
                ),
                "",
            ]
        if chance is not None:
            lines += [f"Damage covers {chance:.1%} of the view: the PR area of chance.", ""]
        lines += ["| map | " + " | ".join(_TITLES[m] for m in _TABLE) + " |", "|---" * (len(_TABLE) + 1) + "|"]
        for each in sorted(group, key=is_control):
            label = f"*{each}* (control)" if is_control(each) else each
            lines.append(f"| {label} | " + " | ".join(_number(group[each][m]) for m in _TABLE) + " |")
        if name in COMPARED:
            # In a close-up a centred map fills the site's box by construction, so that its heat there is no finding.
            measures = (*MEASURED_AGAINST, "inside_box") if name == WHOLE_HAND else MEASURED_AGAINST
            lines += ["", *(f"- {line}" for line in findings(group, measures))]
    return "\n".join(lines) + "\n"


def draw_figure(results: Mapping[str, Any]) -> Image.Image:
    """PR area of every map for erosion, JSN and the whole-hand network on phantoms, with intervals.

    Controls are grey.
    """
    names = [n for n in COMPARED if n in results["groups"]]
    height = sum(60 + 26 * len(results["groups"][n]) for n in names) + 20
    picture = Image.new("RGB", (900, max(height, 60)), "white")
    draw = ImageDraw.Draw(picture)
    left, wide, y = 280, 580, 10
    for name in names:
        draw.text((10, y), f"{name}: area under precision-recall against the true damage", "black", font_size=15)
        y += 30
        for each in sorted(results["groups"][name], key=is_control):
            value = results["groups"][name][each]["pr_area"]
            draw.text((10, y), each, "black", font_size=13)
            if value is not None:
                mean, low, high = (left + wide * v for v in value[:3])
                colour = "#999999" if is_control(each) else web_colour(BLUE)
                draw.rectangle((left, y + 2, max(mean, left + 1), y + 15), fill=colour)
                draw.line((low, y + 8, high, y + 8), "black", 2)
                draw.text((high + 8, y), f"{value[0]:.2f}", "black", font_size=12)
            y += 26
        y += 30
    return picture
