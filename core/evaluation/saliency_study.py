"""`python -m core evaluate saliency`.

Do attention and Grad-CAM show where the damage is, or what any centred map shows? Unseen phantoms, whose damage is
known to the pixel, and the validation split of the marked real films, on which nothing is damaged: there only agreement
and heat inside the site's box can be measured. The mask does not tell whose erosion a pixel is: in the wrist a close-up
holds erosions of neighbouring sites too. Where the whole-hand network is trained, its maps of the picture of both hands
are measured on the same phantoms.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.anatomy.pose import fit_pose
from core.checkpoint import read_card, write_card
from core.cohort.labelled_film import LabelledFilm
from core.cohort.marked_films import marked_films
from core.evaluation.saliency_rows import Row, summary
from core.evaluation.saliency_tables import WHOLE_HAND, draw_figure, markdown
from core.joint_scoring.scorer import LimbJoints, site_kind
from core.joint_scoring.table import ROWS, SITE_ROWS
from core.model_reader import ModelReader
from core.model_reader.explanation import Explained, SiteView, explain_site, site_view
from core.model_reader.hands_explanation import METHODS, HandsView, explain_hands, hands_of_films, hands_view
from core.model_reader.weight_sets import SCORERS
from core.phantom import phantom_visit
from core.saliency import Explainable, Method
from core.saliency.comparison import agreement_of_maps, heat_inside, pointing, precision_recall_area
from core.saliency.faithfulness import faithfulness
from core.saliency.methods import raw_attention
from core.svh import SITES, Limb, Site

STUDY_SEED, PRIOR_SEED = 6_000_000, 6_500_000
PRIOR_PATIENTS = 6
SITES_A_FILM = 6  # damaged sites first: the others say nothing of truth
Prior = dict[str, NDArray[np.float64]]


def _sites(reader: ModelReader, film: LabelledFilm) -> list[Site]:
    """The sites that the scorer can look at: their joint has a place and, for the paper's networks, its part a box."""
    place = LimbJoints(film.pixels, film.limb, film.points, fit_pose(film.limb, film.points))
    joints = {row.name: {j for crop in reader.scorer.crops(place, row.name) for j in crop.joints} for row in ROWS}
    return [site for site in SITES[film.limb] if site.joint in joints[SITE_ROWS[site][0].name]]


def _chosen(reader: ModelReader, film: LabelledFilm, rng: np.random.Generator) -> list[Site]:
    sites = [site for site in _sites(reader, film) if site in film.grades]
    order = rng.permutation(len(sites))
    return sorted((sites[n] for n in order), key=lambda site: film.grades[site] == 0)[:SITES_A_FILM]


def attention_prior(reader: ModelReader, films: Iterable[LabelledFilm]) -> Prior:
    """The mean attention map of every kind of site over close-ups of films, as the small map that the gate makes."""
    maps: dict[str, list[NDArray[np.float32]]] = {}
    for film in films:
        for site in _sites(reader, film):
            view = _view(reader, film, site)
            maps.setdefault(site_kind(site), []).append(raw_attention(view.network, view.view))
    return {kind: np.mean(found, axis=0) for kind, found in maps.items()}


def _view(reader: ModelReader, film: LabelledFilm, site: Site) -> SiteView:
    pixels = np.clip(film.pixels, 0, 1).astype(np.float32)
    return site_view(reader.scorer, pixels, film.limb, film.points, site)


def site_rows(
    view: SiteView, found: Explained, film: LabelledFilm, patient: str, *, blur: bool = True
) -> Iterator[Row]:
    """Every map and control of one site, measured; without deletion and insertion if not `blur`."""
    site, grade = view.site, film.grades[view.site]
    damage = None
    if film.damage_mask is not None and grade > 0:
        taken = view.damage(film.damage_mask)
        damage = taken if taken.any() else None
    maps, controls = found.values()
    nan = float("nan")
    attention = maps[Method.ATTENTION.value]
    for name, heat in {**maps, **controls}.items():
        faith = faithfulness(heat, view.view, view.score) if blur else None
        pair = agreement_of_maps(heat, attention)
        yield Row(
            patient,
            "real" if film.source == "fracatlas" else "phantom",
            site_kind(site),
            grade,
            name,
            heat_inside(heat, damage) if damage is not None else nan,
            pointing(heat, damage) if damage is not None else nan,
            precision_recall_area(heat, damage) if damage is not None else nan,
            heat_inside(heat, view.box),
            faith.deletion_area if faith else nan,
            faith.insertion_area if faith else nan,
            pair.spearman,
            pair.overlap,
            float(np.ptp(heat) == 0),
            float(damage.mean()) if damage is not None else nan,
        )


def hands_rows(view: HandsView, found: Explained, points: int, patient: str) -> Iterator[Row]:
    """Every map and control of the picture of both hands, measured on the pixels that show a film.

    `points` is the true total. Deletion and insertion are left out: the network would have to run some 200 times a
    patient.
    """
    maps, controls = ({name: heat[view.seen] for name, heat in group.items()} for group in found.values())
    boxes, truth, nan = view.joint_boxes()[view.seen], view.damage(), float("nan")
    damage = truth[view.seen] if truth is not None and truth.any() else None
    for name, heat in {**maps, **controls}.items():
        pair = agreement_of_maps(heat, maps[Method.GRAD_CAM.value])
        yield Row(
            patient,
            "phantom",
            WHOLE_HAND,
            points,
            name,
            heat_inside(heat, damage) if damage is not None else nan,
            pointing(heat, damage) if damage is not None else nan,
            precision_recall_area(heat, damage) if damage is not None else nan,
            heat_inside(heat, boxes),
            nan,
            nan,
            pair.spearman,
            pair.overlap,
            float(np.ptp(heat) == 0),
            float(damage.mean()) if damage is not None else nan,
        )


def evaluate_saliency(
    *,
    films_folder: Path | None,
    weights: str = "compact",
    patients: int = 30,
    out: Path,
    write_cards: bool = False,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Run the study and write `saliency.json`, `saliency.md` and `saliency.png` into the folder `out`.

    `write_cards` stores the mean attention maps in the scorer's cards, where the page "Explain" finds its control.
    Deletion and insertion are left out for the papers' networks, which would have to run some 260 times a site at many
    times the cost. Raises: FileNotFoundError if a marked film is not in `films_folder`.
    """
    reader = ModelReader.open(weights)
    others = (film for n in range(PRIOR_PATIENTS) for film in phantom_visit(PRIOR_SEED + n).values())
    means = attention_prior(reader, others)
    if write_cards:
        for name in SCORERS[weights]:
            card = read_card(name)
            kept = {
                k: np.round(heat, 3).tolist() for k, heat in means.items() if k.split("/")[0] in card.settings["rows"]
            }
            write_card(card.model_copy(update={"calibration": {**card.calibration, "attention_prior": kept}}))
    shuffled: dict[str, Explainable] = {}
    rows: list[Row] = []
    for patient, films in _patients(films_folder, patients):
        for film in films:
            for site in _chosen(reader, film, np.random.default_rng([STUDY_SEED, len(rows)])):
                view = _view(reader, film, site)
                head = SITE_ROWS[site][0].name
                if head not in shuffled:
                    shuffled[head] = view.network.randomised()
                own = [means[site_kind(site)]] if site_kind(site) in means else []
                found = explain_site(view, tuple(Method), attention_prior=own, shuffled=view.before(shuffled[head]))
                rows += site_rows(view, found, film, patient, blur=weights == "compact")
            log(f"{film.film_id}: {len(rows)} maps")
        hands = hands_of_films([film for film in films if film.damage_mask is not None])
        if reader.whole_hand is not None and hands:
            picture = hands_view(reader.whole_hand, hands)
            if WHOLE_HAND not in shuffled:
                shuffled[WHOLE_HAND] = picture.network.randomised()
            points = sum(sum(film.grades.values()) for film in films if film.limb is Limb.HAND)
            found = explain_hands(picture, METHODS, picture.before(shuffled[WHOLE_HAND]))
            rows += hands_rows(picture, found, points, patient)
            log(f"{patient}, both hands: {len(rows)} maps")
    results = {"weights": weights, "patients": patients, "maps": len(rows), "groups": summary(rows)}
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**results, "rows": [asdict(row) for row in rows]}, indent=1)
    (out / "saliency.json").write_text(text.replace("NaN", "null") + "\n")
    (out / "saliency.md").write_text(markdown(results))
    draw_figure(results).save(out / "saliency.png")
    return results


def _patients(folder: Path | None, patients: int) -> Iterator[tuple[str, list[LabelledFilm]]]:
    for n in range(patients):
        yield f"phantom {n}", list(phantom_visit(STUDY_SEED + n).values())
    if folder is not None:
        for film in marked_films(folder, split="validation", small=False):
            yield film.film_id, [film]
