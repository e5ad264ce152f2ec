"""`python -m core agree`: tables of readings in, agreement out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cohort.reading_table import ReadTable, join_readings, read_readings

if TYPE_CHECKING:  # numpy and scipy are imported when the command runs, not when its help is shown
    from core.agreement.completeness import Completeness
    from core.agreement.study import Study
    from core.agreement.study_score import StudyScore

TABLES_HELP = (
    "CSV or xlsx tables of readings: patient,visit,reader,side,site,points; or the 90 RA2 columns; or"
    " patient,visit,reader and totals (total, or erosion and jsn, or hands and feet). A table without a column reader"
    " has one reader: NAME in NAME=FILE, or --reader, or the name of the file."
)


def agree(
    tables: Annotated[list[str], typer.Argument(help=TABLES_HELP)],
    json_file: Annotated[Path | None, typer.Option("--json", help="File for all figures as JSON.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the paper: figures (SVG, PDF, PNG), tables (CSV, xlsx, HTML), methods, GRRAS checklist."
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0.5, help="A third reader adjudicates when the changes differ by this many points.")
    ] = 10.0,
    adjudicate: Annotated[
        str,
        typer.Option(
            help="Two readers and who adjudicates, with commas between: Anna,Bert,Cara. The score of the study is then "
            "the mean of the two, and where their changes lie apart what --by says."
        ),
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            help="third: the adjudicator's score in place of the mean; consensus: the same, of a table of what was "
            "agreed on; nearest: the mean of the two of the three that lie nearest to each other."
        ),
    ] = "third",
    draws: Annotated[int, typer.Option(min=100, max=10_000, help="Draws of the bootstrap.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same intervals.")] = 0,
    reader: Annotated[str, typer.Option(help="Who read the tables without a column reader, such as model.")] = "",
    visits: Annotated[
        str,
        typer.Option(help="All visits from first to last, with commas between: BL,W24,W52. Dates and weeks are known."),
    ] = "",
    visit: Annotated[
        str,
        typer.Option(help="The status at this visit alone; without it at all visits together, and at each by itself."),
    ] = "",
    complete: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=1.0,
            help="The share of its cells that a total needs; below 1 the others are imputed in proportion.",
        ),
    ] = 1.0,
) -> None:
    """Say how well two or more readers agree: totals, groups of joints and sites, status and change.

    Ends with code 2 and a sentence when a table cannot be read; a table is read whole or not at all.
    """
    from rich.console import Console

    from core.agreement.completeness import Completeness
    from core.agreement.console import print_results
    from core.agreement.results import all_comparisons, results_json, status_by_visit
    from core.agreement.study import study_of

    read = [_read(argument, reader) for argument in tables]
    notes = [note for table in read for note in table.notes]
    try:
        study = study_of(
            join_readings(*(table.readings for table in read)), [v for v in visits.split(",") if v.strip()]
        )
        rule = Completeness(complete)
        adjudicated = _adjudicated(study, adjudicate, by, threshold, rule) if adjudicate else None
        analysis = None
        if report:
            from core.agreement.paper import analysed, write_report

            analysis = analysed(
                study, rule=rule, threshold=threshold, draws=draws, seed=seed, notes=notes, adjudicated=adjudicated
            )
            write_report(analysis, report)
        if analysis and not visit:
            found, by_visit = list(analysis.found), list(analysis.by_visit)
        else:
            found = all_comparisons(study, draws=draws, seed=seed, rule=rule, visit=visit)
            by_visit = [] if visit else status_by_visit(study, draws=draws, seed=seed, rule=rule)
        if json_file:
            text = results_json(
                study, found, by_visit=by_visit, seed=seed, draws=draws, threshold=threshold, notes=notes,
                adjudicated=adjudicated,
            )  # fmt: skip
            json_file.write_text(text, encoding="utf-8")
    except ValueError as error:
        typer.echo(f"Cannot compare: {error}", err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"Cannot compare: {error.filename}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    print_results(Console(), study, found, by_visit=by_visit, threshold=threshold, notes=notes, adjudicated=adjudicated)
    if report:
        typer.echo(f"Written: {report / 'report.html'}, with tables and figures beside it")


def plan(
    icc: Annotated[float, typer.Option(help="The ICC that is expected.")] = 0.9,
    width: Annotated[float, typer.Option(help="How wide the 95 % interval of the ICC may be.")] = 0.1,
    readers: Annotated[int, typer.Option(min=2, max=20, help="How many readers read each patient.")] = 2,
    sdc_upper: Annotated[
        float, typer.Option(help="The upper limit of the SDC's 95 % interval, in times the SDC.")
    ] = 1.25,
) -> None:
    """Say how many patients a study of agreement needs."""
    from core.agreement.plan import patients_for_icc, patients_for_sdc

    try:
        plans = [patients_for_icc(icc, width, readers=readers), patients_for_sdc(sdc_upper)]
    except ValueError as error:
        typer.echo(f"Cannot plan: {error}", err=True)
        raise typer.Exit(2) from None
    for found in plans:
        typer.echo(f"{found.patients} patients for {found.wanted} ({found.method}; {found.source}).")


def _adjudicated(study: "Study", names: str, by: str, threshold: float, rule: "Completeness") -> "StudyScore":
    from core.agreement.study_score import adjudicated_score, adjudicator_of

    readers = [name.strip() for name in names.split(",")]
    if len(readers) != 3:
        raise ValueError(f"--adjudicate takes two readers and who adjudicates, Anna,Bert,Cara, not {names!r}")
    first, second, third = readers
    return adjudicated_score(study, (first, second), third, adjudicator_of(by), threshold=threshold, rule=rule)


def _read(argument: str, reader: str) -> ReadTable:
    """A table from `FILE` or `NAME=FILE`; ends the command with a sentence if it cannot be read."""
    name, path = reader, Path(argument)
    if "=" in argument and not path.exists():
        name, _, file = argument.partition("=")
        path = Path(file)
    try:
        return read_readings(path.read_bytes(), name or path.stem)
    except ValueError as error:
        typer.echo(f"Cannot compare: {path.name}: {error}", err=True)
    except OSError as error:
        typer.echo(f"Cannot compare: {error.filename}: {error.strerror}", err=True)
    raise typer.Exit(2)
