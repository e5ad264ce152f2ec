"""The command line: `python -m core score | agree | plan | phantom | train | evaluate | benchmark | store | listen`."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from core.agreement.command_line import agree, plan
from core.pacs.command_line import listen
from core.store.command_line import app as store_app

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=(
        "Sharp/van der Heijde scores of hand and foot radiographs. Research and teaching software, not a medical"
        " device."
    ),
)
app.add_typer(store_app, name="store")
app.command()(agree)
app.command()(plan)
app.command()(listen)
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


@app.command()
def score(
    paths: Annotated[
        list[Path], typer.Argument(help="Films, folders (a folder a visit, or names like UAB003-LH.jpg) and zip files.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for readings.json, readings.csv and one overlay picture a film.")],
    device: Annotated[Device, typer.Option(help="auto takes a CUDA GPU when there is one.")] = Device.auto,
    weights: Annotated[
        Weights, typer.Option(help="compact runs on a laptop; paper has the papers' sizes.")
    ] = Weights.compact,
    force: Annotated[bool, typer.Option("--force", help="Score refused films too, flagged as such.")] = False,
    overlays: Annotated[Overlays, typer.Option(help="Which films get an overlay picture.")] = Overlays.all,
    resume: Annotated[
        bool, typer.Option("--resume/--fresh", help="Go on with an earlier run into the same folder, or begin anew.")
    ] = True,
    workers: Annotated[
        int,
        typer.Option(
            min=1, help="Processes that score, one core each; more than one need core/batch/requirements.txt."
        ),
    ] = 1,
    scheduler: Annotated[
        str,
        typer.Option(help="Address of a running Dask scheduler (tcp://HOST:PORT) whose workers see the same folders."),
    ] = "",
) -> None:
    """Find the joints of hand and foot films and score every Sharp/van der Heijde site.

    Results are written visit by visit; a run that was cut off goes on when it is started again. Ends with code 0 when
    every file was scored or refused with a reason, 2 when the weights, a path or the folder for the results cannot be
    used.
    """
    from core.batch.run import CannotRun
    from core.batch.score_command import score_into
    from core.checkpoint import WeightsError

    try:
        said = score_into(
            paths,
            out,
            weights=weights.value,
            device=device.value,
            force=force,
            overlays=overlays,
            resume=resume,
            workers=workers,
            scheduler=scheduler,
        )
        for line in said:
            typer.echo(line)
    except (CannotRun, WeightsError, ValueError) as error:
        typer.echo(f"Cannot score: {error}", err=True)
        raise typer.Exit(2) from None


@app.command()
def phantom(
    out: Annotated[Path, typer.Option(help="Folder for the films and tables.")],
    patients: Annotated[int, typer.Option(min=1, help="How many patients, four films each.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same patients.")] = 0,
    mm_per_px: Annotated[float, typer.Option(min=0.08, max=0.5, help="Pixel size in mm.")] = 0.2,
    dicom: Annotated[
        bool, typer.Option("--dicom", help="Films as DICOM, as a PACS takes them, in place of JPEG.")
    ] = False,
) -> None:
    """Write a cohort of digital phantom patients: films, table of true points (RA2 columns), boxes and joints."""
    from core.phantom.writing import write_cohort

    write_cohort(out, patients, seed, mm_per_px=mm_per_px, dicom=dicom, tell=typer.echo)


@app.command()
def train(
    name: Annotated[
        str,
        typer.Argument(
            help=(
                "limb_finder, hand_parts, foot_parts, joint_scorer, calibration, films (makes the training films) or "
                "all: the compact set. resnet_dwise50, mobilenet_v2, paper_jsn_wrist ... : a system of the papers; "
                "missing: all that have no weights; study_films: their training films alone; "
                "paper_calibration: cuts and intervals of DeepRA's networks again."
            )
        ),
    ],
    films: Annotated[
        Path | None, typer.Option(help=FILMS_HELP + " The systems of the papers learn from phantoms and do without.")
    ] = None,
    cache: Annotated[
        Path, typer.Option(help="Folder for training films and checkpoints; a run that was cut off resumes here.")
    ] = Path(".cache/training"),
    threads: Annotated[int, typer.Option(min=1, help="CPU threads, and processes that make films.")] = 2,
    px: Annotated[
        int | None, typer.Option(min=64, help="Side of the picture, if smaller than the paper's; the card states it.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps, if fewer than the paper's.")] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.01, help="End after so many minutes: for a GPU lent for a while.")
    ] = None,
    further: Annotated[
        bool,
        typer.Option("--further", help="A compact network begins with the weights that are there, at a lower rate."),
    ] = False,
) -> None:
    """Train networks and write weights and cards into weights/: the compact set, or a system of the papers.

    A CUDA GPU is used when there is one.
    """
    from core.training.run import train_named

    try:
        train_named(
            name, cache=cache, films_folder=films, threads=threads, px=px, steps=steps, minutes=minutes, further=further
        )
    except (ValueError, FileNotFoundError, ModuleNotFoundError) as error:
        typer.echo(f"Cannot train: {error}", err=True)
        raise typer.Exit(2) from None


class What(StrEnum):
    """What `evaluate` measures: a set of weights, its heatmaps, or the systems of the papers."""

    weights = "weights"
    study = "study"
    saliency = "saliency"
    agreement = "agreement"
    disease = "disease"


@app.command()
def evaluate(
    what: Annotated[
        What,
        typer.Argument(
            help="weights: a set of weights. study: every trained system of the two papers, table by table. "
            "saliency: where the scorer looks, against controls and truth. "
            "agreement: how often intervals of agreement hold. "
            "disease: whether mutilated limbs and pieces of limbs are found, and what an error of the scale costs."
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
        _evaluate_study(out or Path("study_results"), patients, write_cards)
        return
    if what is What.agreement:
        from core.evaluation.agreement_coverage import coverage

        coverage(tell=typer.echo)
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
            tell=typer.echo,
        )
        typer.echo(f"Written: {folder}")
        return
    if what is What.disease:
        from core.evaluation.disease import evaluate_disease
        from core.model_reader import ModelReader

        results = evaluate_disease(
            ModelReader.open(weights.value), films=patients or 200, films_folder=films, tell=typer.echo
        )
        if out:
            out.write_text(json.dumps(results, indent=1) + "\n")
        return
    from core.evaluation import evaluate as run
    from core.evaluation.cards import fill_cards

    results = run(films_folder=films, weights=weights.value, patients=patients or 100, tell=typer.echo)
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
        results = evaluate_own(name, folder, reader=ModelReader.open(weights), tell=typer.echo)
    except (WeightsError, ValueError) as error:
        typer.echo(f"Cannot evaluate: {error}", err=True)
        raise typer.Exit(2) from None
    if out:
        out.write_text(json.dumps(results, indent=1) + "\n")


def _evaluate_study(out: Path, patients: int | None, write_cards: bool) -> None:
    from core.checkpoint import WeightsError
    from core.evaluation.paper_study import evaluate_study, fill_study_cards

    try:
        result = evaluate_study(out=out, most=patients, tell=typer.echo)
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


@app.command()
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
            tell=typer.echo,
        )
        return
    from core.checkpoint import WeightsError
    from core.evaluation import benchmark as run

    try:
        run(weights=weights.value, device=device.value, paper=paper, tell=typer.echo)
    except (WeightsError, ValueError) as error:
        typer.echo(f"Cannot time: {error}", err=True)
        raise typer.Exit(2) from None


if __name__ == "__main__":
    app()
