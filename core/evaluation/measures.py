"""How well joint spaces are measured: on phantoms, on phantoms filmed again, on painted and untouched real films."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu

from core.cohort.labelled_film import LabelledFilm
from core.cohort.marked_films import marked_films
from core.evaluation.films_again import NARROWED_MM, Again, Take, film_again, filmed_again, measured
from core.measure import JointFilm, JointWidth, measure_change
from core.model_reader import ModelReader
from core.phantom.damage import Narrowing
from core.phantom.joint_place import joint_place, mm_per_px
from core.phantom.simulated_narrowing import narrow_joint, soft_level
from core.radiograph import open_film
from core.svh import Damage, Limb

SEED = 6_000_000  # phantoms that nothing was fitted on
PAINTED = (0.75, 0.95)  # shares of the space that painted narrowing leaves
WRISTS = "ra_wrist"
NO_PIXELS = np.zeros((0, 0), np.float32)


def evaluate_measures(
    *, patients: int, films_folder: Path | None, reader: ModelReader | None = None, log: Callable[[str], None]
) -> dict[str, Any]:
    """Figures of joint-space widths, told as they come.

    Without a folder of real films only phantoms are measured; a reader finds the joints of the wrists among them.
    Raises: FileNotFoundError if a marked film is not in the folder.
    """
    takes: list[Take] = []
    again: list[Again] = []
    for n in range(patients):
        for limb in Limb:
            three = [film_again((SEED, n), limb, technique) for technique in (0, 1)]
            three.append(film_again((SEED, n), limb, 2, NARROWED_MM))
            again += filmed_again(*three)
            takes += [replace(take, film=replace(take.film, pixels=NO_PIXELS)) for take in three]
    figures: dict[str, Any] = {"patients": patients, "width": width_figures(takes)}
    for kind, row in figures["width"].items():
        log(f"width, {kind}: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    figures["repeats"] = repeat_figures(again)
    for way, row in figures["repeats"].items():
        log(f"filmed again, {way}: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    if films_folder:
        for split in ("validation", "test"):
            films = marked_films(films_folder, split=split, small=False)
            figures[split] = real_figures(films)
            log(f"real films, {split}: " + ", ".join(f"{name} {value}" for name, value in figures[split].items()))
        wrists = sorted((films_folder / WRISTS).glob("*.bmp"))
        if reader and wrists:
            figures["wrists"] = wrist_figures(reader, wrists)
            log(f"real wrists: {figures['wrists']}")
    return figures


def _kinds(takes: Sequence[Take]) -> Iterator[tuple[str, list[tuple[JointWidth, float | None, bool]]]]:
    """Widths with truth and whether the joint is undamaged, by kind of joint, then all."""
    rows: dict[str, list[tuple[JointWidth, float | None, bool]]] = {}
    for take in takes:
        hurt = {site.joint for site, points in take.film.grades.items() if points}
        for joint, width in take.found.items():
            kind = f"{joint.rstrip('12345')} {take.film.limb.lower()}"
            for name in (kind, "all"):
                rows.setdefault(name, []).append((width, take.truth[joint], joint not in hurt))
    yield from rows.items()


def width_figures(takes: Sequence[Take]) -> dict[str, dict[str, float]]:
    """By kind of joint: share measurable of the undamaged, bias and SD in mm, how often the interval holds."""
    figures = {}
    for kind, rows in _kinds(takes):
        pairs = [(w.mean_mm, truth, w) for w, truth, _ in rows if w.mean_mm is not None and truth is not None]
        off = np.array([mean - truth for mean, truth, _ in pairs])
        held = [
            w.low_mm <= truth <= w.high_mm for _, truth, w in pairs if w.low_mm is not None and w.high_mm is not None
        ]
        sound = [w.measured for w, _, undamaged in rows if undamaged]
        figures[kind] = {
            "measured": len(pairs),
            "share of undamaged": round(float(np.mean(sound)), 3) if sound else float("nan"),
            "bias": round(float(off.mean()), 3) if off.size else float("nan"),
            "median": round(float(np.median(off)), 3) if off.size else float("nan"),
            "SD": round(float(off.std(ddof=1)), 3) if off.size > 1 else float("nan"),
            "interval holds": round(float(np.mean(held)), 3) if held else float("nan"),
        }
    return figures


def repeat_figures(rows: Sequence[Again]) -> dict[str, dict[str, float]]:
    """Change of spaces that stayed and of those that lost `NARROWED_MM`: by two widths, by the bones, by kind."""
    found = {"by two widths": change_figures([r.by_widths[0] for r in rows], [r.by_widths[1] for r in rows])}
    kinds = {"": rows} | {kind: [r for r in rows if r.joint.startswith(kind)] for kind in ("MCP", "PIP", "MTP", "IP1")}
    for kind, those in kinds.items():
        stayed, less = ([r.by_bones[n] for r in those] for n in (0, 1))
        same = [c.change_mm for c in stayed if c.change_mm is not None]
        figures = change_figures(same, [c.change_mm for c in less if c.change_mm is not None])
        if same:
            held = [c.low_mm <= 0 <= c.high_mm for c in stayed if c.low_mm is not None and c.high_mm is not None]
            figures |= {
                "share told": round(len(same) / len(those), 3), "interval holds": round(float(np.mean(held)), 3),
            }  # fmt: skip
        found[f"by the bones, {kind}" if kind else "by the bones"] = figures
    return found


def change_figures(same: Sequence[float], less: Sequence[float]) -> dict[str, float]:
    """Mean, SD and SDC in mm of changes where nothing changed, and the AUC against those of narrower spaces."""
    if len(same) < 2 or not less:
        return {"joints": len(same)}
    u = mannwhitneyu(same, less).statistic
    middle = float(np.median(np.abs(np.array(same) - np.median(same))))
    return {
        "joints": len(same),
        "mean change": round(float(np.mean(same)), 3),
        "SD": round(float(np.std(same, ddof=1)), 3),
        "SD by the median": round(1.4826 * middle, 3),
        "SDC": round(1.96 * float(np.std(same, ddof=1)), 3),
        "mean change at 0.10 mm less": round(float(np.mean(less)), 3),
        "AUC": round(float(u) / (len(same) * len(less)), 3),
    }


def real_figures(films: Sequence[LabelledFilm]) -> dict[str, float]:
    """Undamaged real films: share measurable, and the change that painted narrowing makes, against its known size."""
    sound, off, laid = [], [], []
    for n, film in enumerate(films):
        rng, spacing = np.random.default_rng([SEED, n]), mm_per_px(film)
        before = measured(rng, film, spacing)
        whole = {site.joint for site, points in film.grades.items() if not points and site.damage is Damage.JSN}
        whole |= {site.joint for site, points in film.grades.items() if not points and site.joint == "IP1"}
        sound += [width.measured for joint, width in before.items() if joint in whole]
        pixels = film.pixels.astype(np.float32).copy()
        soft, mask = soft_level(pixels, 1 / spacing), np.zeros(pixels.shape, np.uint8)
        lost: dict[str, float] = {}
        for joint, width in before.items():
            if not width.measured or joint not in whole:
                continue
            left = float(rng.uniform(*PAINTED))
            there = joint_place(film, joint)
            gap = narrow_joint(rng, pixels, soft, mask, there, Narrowing(left))
            lost[joint] = gap / left - gap
        painted = LabelledFilm(pixels, film.limb, film.side, film.points, film.grades, film.film_id, film.source)
        after = measured(rng, painted, spacing)
        for joint, mm in lost.items():
            was, now = before[joint].mean_mm, after[joint].mean_mm
            if was is not None and now is not None:
                off.append(was - now - mm)
                known, now_film = (
                    JointFilm(f.pixels, w[joint], spacing) for f, w in ((film, before), (painted, after))
                )
                change = measure_change(known, now_film).change_mm
                laid += [] if change is None else [-change - mm]
    return {
        "films": len(films),
        "undamaged joints": len(sound),
        "share of undamaged": round(float(np.mean(sound)), 3) if sound else float("nan"),
        "painted": len(off),
        **_off("by two widths", off),
        "told by the bones": len(laid),
        **_off("by the bones", laid),
    }


def _off(way: str, off: Sequence[float]) -> dict[str, float]:
    """Bias and SD of errors in mm."""
    return {
        f"bias {way}": round(float(np.mean(off)), 3) if off else float("nan"),
        f"SD {way}": round(float(np.std(off, ddof=1)), 3) if len(off) > 1 else float("nan"),
    }


def wrist_figures(reader: ModelReader, paths: Sequence[Path]) -> dict[str, int]:
    """Films of wrists that end below the fingers: how many joint spaces are found on them that are not there."""
    readings = [r for path in paths for r in reader.read_film(open_film(path.read_bytes(), path.name))]
    widths = [width for reading in readings for width in reading.widths]
    return {"films": len(paths), "joints found": len(widths), "measured": sum(width.measured for width in widths)}
