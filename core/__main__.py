"""The command line, `python -m core`: score, change, agree, plan, phantom, train, evaluate, benchmark."""

from pathlib import Path
from typing import Annotated

import typer

from core.agreement.command_line import agree, plan
from core.evaluation.command_line import FILMS_HELP, Device, Overlays, Weights, benchmark, evaluate
from core.pacs.command_line import listen
from core.store.command_line import app as store_app
from core.studies.command_line import app as study_app

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=(
        "Sharp/van der Heijde scores of hand and foot radiographs. Research and teaching software, not a medical"
        " device."
    ),
)
app.add_typer(store_app, name="store")
app.add_typer(study_app, name="study")
app.command()(agree)
app.command()(plan)
app.command()(listen)


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
def change(
    first: Annotated[Path, typer.Argument(help="Folder, zip or film of the first visit of a patient.")],
    later: Annotated[Path, typer.Argument(help="Folder, zip or film of a later visit of the same patient.")],
    out: Annotated[Path, typer.Option(help="Folder for joint_space_changes.json, .csv and .pdf.")],
    device: Annotated[Device, typer.Option(help="auto takes a CUDA GPU when there is one.")] = Device.auto,
    weights: Annotated[Weights, typer.Option(help="compact runs on a laptop.")] = Weights.compact,
) -> None:
    """Tell how every joint space changed between two visits, in mm, with its smallest detectable change.

    Films must tell their pixel spacing. Ends with code 2 when the weights, a path or the folder cannot be used.
    """
    from core.batch.change_command import change_into
    from core.batch.run import CannotRun
    from core.checkpoint import WeightsError

    try:
        change_into(first, later, out, weights=weights.value, device=device.value, log=typer.echo)
    except (CannotRun, WeightsError, ValueError) as error:
        typer.echo(f"Cannot compare: {error}", err=True)
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

    write_cohort(out, patients, seed, mm_per_px=mm_per_px, dicom=dicom, log=typer.echo)


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
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="A network that sees whole hands learns until it stops improving, at most so long."),
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
            name,
            cache=cache,
            films_folder=films,
            threads=threads,
            px=px,
            steps=steps,
            minutes=minutes,
            epochs=epochs,
            further=further,
        )
    except (ValueError, FileNotFoundError, ModuleNotFoundError) as error:
        typer.echo(f"Cannot train: {error}", err=True)
        raise typer.Exit(2) from None


app.command()(evaluate)
app.command()(benchmark)


if __name__ == "__main__":
    app()
