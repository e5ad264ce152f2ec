"""`python -m core evaluate` and `benchmark`: what is measured, and on what. Networks are imported when asked for."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

FILMS_HELP = "Folder with the real films of FracAtlas in the subfolders that core/cohort/marked_films.json names."


class Device(StrEnum):
    """Where the networks run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Overlays(StrEnum):
    """Which films get an overlay picture."""

    all = "all"
    scored = "scored"
    none = "none"


class Weights(StrEnum):
    """Which set of weights."""

    compact = "compact"
    paper = "paper"


class What(StrEnum):
    """What `evaluate` measures: a set of weights, its heatmaps, or the systems of the papers."""

    weights = "weights"
    study = "study"
    saliency = "saliency"
    agreement = "agreement"
    disease = "disease"
    measures = "measures"


def evaluate(
    what: Annotated[
        What,
        typer.Argument(
            help="weights: a set of weights. study: every trained system of the two papers, table by table. "
            "saliency: where the scorer looks, against controls and truth. "
            "agreement: how often intervals of agreement hold. "
            "disease: whether mutilated limbs and pieces of limbs are found, and what an error of the scale costs. "
            "measures: how well joint spaces are measured."
        ),
    ] = What.weights,
    films: Annotated[Path | None, typer.Option(help=FILMS_HELP + " Without it only phantoms are used.")] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help=(
                "NAME=FOLDER: your own data instead of phantoms; NAME is ra2, ram-h1200, ram-w600 or anhui (see the"
                " README)."
            )
        ),
    ] = None,
    weights: Annotated[Weights, typer.Option(help="Which set of weights.")] = Weights.compact,
    patients: Annotated[
        int | None,
        typer.Option(
            min=2,
            help=(
                "Unseen phantom patients: 100 for weights, all 188 for the study, 30 for saliency; films of each limb,"
                " 200, for disease."
            ),
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for the figures as JSON; for study and saliency a folder (NAME_results unless told)."),
    ] = None,
    write_cards: Annotated[bool, typer.Option("--write-cards", help="Store the figures in the weight cards.")] = False,
    whole_hands: Annotated[
        bool, typer.Option("--whole-hands", help="Of the study only the networks that see whole hands.")
    ] = False,
) -> None:
    """Measure a set of weights: detection, scores on phantoms and on simulated damage, false points, refusals.

    With `study`: every trained system beside the papers' figures. With `saliency`: whether attention and Grad-CAM show
    the damage better than maps that know nothing of the film. With `--data`: a set of weights on your own films.
    """
    if data is not None:
        if what is not What.weights or write_cards or films or patients:
            typer.echo("Cannot evaluate: --data goes with --weights and --out only", err=True)
            raise typer.Exit(2)
        _evaluate_own(data, weights.value, out)
        return
    if what is What.study:
        _evaluate_study(out or Path("study_results"), patients, write_cards, whole_hands)
        return
    if what is What.agreement:
        from core.evaluation.agreement_coverage import coverage

        coverage(log=typer.echo)
        return
    if what is What.saliency:
        from core.evaluation.saliency_study import evaluate_saliency

        folder = out or Path("saliency_results")
        evaluate_saliency(
            films_folder=films,
            weights=weights.value,
            patients=patients or 30,
            out=folder,
            write_cards=write_cards,
            log=typer.echo,
        )
        typer.echo(f"Written: {folder}")
        return
    if what is What.measures:
        from core.evaluation.measures import evaluate_measures
        from core.model_reader import ModelReader

        reader = ModelReader.open(weights.value) if films else None
        results = evaluate_measures(patients=patients or 30, films_folder=films, reader=reader, log=typer.echo)
        if out:
            out.write_text(json.dumps(results, indent=1) + "\n")
        return
    if what is What.disease:
        from core.evaluation.disease import evaluate_disease
        from core.model_reader import ModelReader

        results = evaluate_disease(
            ModelReader.open(weights.value), films=patients or 200, films_folder=films, log=typer.echo
        )
        if out:
            out.write_text(json.dumps(results, indent=1) + "\n")
        return
    from core.evaluation.cards import fill_cards
    from core.evaluation.study import evaluate as run

    results = run(films_folder=films, weights=weights.value, patients=patients or 100, log=typer.echo)
    if out:
        out.write_text(json.dumps(results, indent=1) + "\n")
    if write_cards:
        fill_cards(weights.value, results)


def _evaluate_own(data: str, weights: str, out: Path | None) -> None:
    from core.checkpoint import WeightsError
    from core.evaluation.own_data import evaluate_own, parse_data
    from core.model_reader import ModelReader

    try:
        name, folder = parse_data(data)
        results = evaluate_own(name, folder, reader=ModelReader.open(weights), log=typer.echo)
    except (WeightsError, ValueError) as error:
        typer.echo(f"Cannot evaluate: {error}", err=True)
        raise typer.Exit(2) from None
    if out:
        out.write_text(json.dumps(results, indent=1) + "\n")


def _evaluate_study(out: Path, patients: int | None, write_cards: bool, whole_hands: bool) -> None:
    from core.checkpoint import WeightsError
    from core.evaluation.paper_study import evaluate_study, fill_study_cards

    try:
        if whole_hands:
            from core.evaluation.whole_hand_study import whole_hand_study

            result = whole_hand_study(limit=patients, workers=os.cpu_count() or 1, log=typer.echo)
            if write_cards:
                fill_study_cards(result)
            return
        result = evaluate_study(out=out, limit=patients, log=typer.echo)
    except (WeightsError, ValueError) as error:
        typer.echo(f"Cannot evaluate: {error}", err=True)
        raise typer.Exit(2) from None
    if write_cards:
        fill_study_cards(result)
    typer.echo(f"Tables: {out / 'study.md'}; figures: {out / 'study.json'}, {out / 'figure_6.svg'}")


class Timed(StrEnum):
    """What `benchmark` measures on this machine."""

    visit = "visit"
    cohort = "cohort"


def benchmark(
    what: Annotated[
        Timed, typer.Argument(help="visit: four films, stage by stage. cohort: films a second and memory of `score`.")
    ] = Timed.visit,
    weights: Annotated[Weights, typer.Option(help="Which set of weights.")] = Weights.compact,
    device: Annotated[Device, typer.Option(help="auto takes a CUDA GPU when there is one.")] = Device.auto,
    paper: Annotated[bool, typer.Option(help="Also time networks of the papers' sizes, for the ratio.")] = True,
    films: Annotated[list[int] | None, typer.Option(help="cohort: how many films, several times for a table.")] = None,
    workers: Annotated[list[int] | None, typer.Option(help="cohort: how many workers, several times.")] = None,
    overlays: Annotated[Overlays, typer.Option(help="cohort: which films get an overlay picture.")] = Overlays.all,
) -> None:
    """Time this machine: a visit of four films stage by stage, or whole cohorts by films and workers."""
    if what is Timed.cohort:
        from core.evaluation.cohort_benchmark import cohort_benchmark

        cohort_benchmark(
            films=films or (40, 400),
            workers=workers or (1, 2),
            weights=weights.value,
            overlays=overlays.value,
            log=typer.echo,
        )
        return
    from core.checkpoint import WeightsError
    from core.evaluation.benchmark import benchmark as run

    try:
        run(weights=weights.value, device=device.value, paper=paper, log=typer.echo)
    except (WeightsError, ValueError) as error:
        typer.echo(f"Cannot time: {error}", err=True)
        raise typer.Exit(2) from None
