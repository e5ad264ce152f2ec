"""`python -m core study create | assign | status | lock | reveal | export`, on the store that `SVH_STORE_URL` names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from core.store import Role, State, Store, StoreError, Studies, export_study, visits_apart

app = typer.Typer(no_args_is_help=True, help="Reader studies: import blind, assign, follow, lock, reveal, export.")
NAME = Annotated[str, typer.Argument(help="Name of the study.")]
WHO = Annotated[str, typer.Option("--who", help="Who does this, for the log.")]
STATE_WORDS = {State.OPEN: "open for reading", State.LOCKED: "locked", State.REVEALED: "locked, the model is revealed"}


@contextmanager
def _studies() -> Iterator[Studies]:
    store = None
    try:
        store = Store()
        yield Studies(store)
    except (StoreError, ValueError) as error:
        typer.echo(f"Cannot do that: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        if store is not None:
            store.close()


@app.command()
def create(
    name: NAME,
    paths: Annotated[list[Path], typer.Argument(help="Films, folders (patient/visit) and zip files.")],
    table: Annotated[
        Path | None, typer.Option(help="CSV or xlsx with the columns patient, visit, file and, if you like, date.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Makes the order of every reader; it is recorded.")] = 1,
    who: WHO = "",
) -> None:
    """Import the films of a study. The model scores them too; what it gave is not told before the reveal."""
    from core.checkpoint import WeightsError
    from core.model_reader import ModelReader
    from core.studies.importing import import_study
    from core.studies.plan import plan_study

    with _studies() as studies:
        try:
            plan = plan_study(paths, table.read_bytes() if table else None)
            steps = import_study(studies, plan, ModelReader.open(), name=name, seed=seed, who=who)
            while True:
                typer.echo(next(steps)[0])
        except StopIteration as done:
            for line in done.value.lines:
                typer.echo(line)
            study = done.value.study
            typer.echo(f"{study.name}: {done.value.films} films of {len(study.visits)} visits, seed {study.seed}")
        except (WeightsError, OSError) as error:
            typer.echo(f"Cannot import: {error}", err=True)
            raise typer.Exit(2) from None


@app.command()
def assign(
    name: NAME,
    reader: Annotated[list[str], typer.Option(help="Who reads all visits; several times for several.")] = [],  # noqa: B006
    second: Annotated[bool, typer.Option("--second", help="The second pass, of visits in another order.")] = False,
    washout: Annotated[int | None, typer.Option(min=0, help="Days between a reader's first and second pass.")] = None,
    adjudicator: Annotated[str, typer.Option(help="A third reader, for the visits where two lie apart.")] = "",
    apart: Annotated[float, typer.Option(min=0.5, help="Points of SvH between two readers that call the third.")] = 10,
    who: WHO = "",
) -> None:
    """Say who reads: everybody in an order of their own, which is recorded."""
    with _studies() as studies:
        for each in reader:
            studies.assign(name, each, session=2 if second else 1, washout_days=washout, who=who)
            typer.echo(f"{each} reads {len(studies.get(name).visits)} visits.")
        if adjudicator:
            wanted = set(visits_apart(studies.readings(name), apart))
            found = studies.visits(studies.get(name)).items()
            visits = [key for key, visit in found if (visit.patient, visit.label) in wanted]
            studies.assign(name, adjudicator, visits=visits, who=who)
            typer.echo(f"{adjudicator} adjudicates {len(visits)} visits.")


@app.command()
def status(name: Annotated[str, typer.Argument(help="Name of the study; without one all are listed.")] = "") -> None:
    """How far every reader has come; no score is told."""
    with _studies() as studies:
        for study in [studies.get(name)] if name else studies.all():
            typer.echo(f"{study.name}: {len(study.visits)} visits, {STATE_WORDS[study.state]}, seed {study.seed}")
            for each in studies.progress(study.name):
                what = "adjudicates" if each.role is Role.ADJUDICATOR else f"pass {each.session}"
                wait = f", from {each.from_day}" if each.from_day else ""
                typer.echo(f"  {each.reader}, {what}: {each.done} of {each.total} visits{wait}")


@app.command()
def lock(name: NAME, who: WHO = "") -> None:
    """End the reading for good."""
    with _studies() as studies:
        studies.lock(name, who=who)
        typer.echo(f"{name} is locked.")


@app.command()
def reveal(name: NAME, who: WHO = "") -> None:
    """Let the model's points be seen; the study must be locked."""
    with _studies() as studies:
        studies.reveal(name, who=who)
        typer.echo(f"The model's points of {name} are revealed.")


@app.command()
def export(
    name: NAME, file: Annotated[Path, typer.Argument(help="The zip to write: readings, log, hashes.")], who: WHO = ""
) -> None:
    """Write a locked study into one file, which `python -m core store verify FILE` proves."""
    with _studies() as studies:
        digest = export_study(studies, name, file, who=who)
        typer.echo(f"Wrote {file}. Note its SHA-256 elsewhere, for --expect: {digest}")
