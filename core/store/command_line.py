"""`python -m core store verify | backup | restore`, on the store that `SVH_STORE_URL` names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from core.store.backup import backup as write_backup
from core.store.backup import restore as put_back
from core.store.connection import Connection, store_url
from core.store.errors import StoreError
from core.store.log import verify as prove
from core.store.study_export import verify_export

app = typer.Typer(no_args_is_help=True, help="The case store: prove it, back it up, restore it.")


@contextmanager
def _store() -> Iterator[Connection]:
    connection = None
    try:
        connection = Connection(store_url())
        yield connection
    except StoreError as error:
        typer.echo(f"Cannot do that: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        if connection is not None:
            connection.close()


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(help="An exported study to prove, instead of the store.")] = None,
    expect: Annotated[
        str, typer.Option(help="A head noted earlier: it must still be in the log. With FILE, its SHA-256.")
    ] = "",
) -> None:
    """Prove that the log is unbroken and that tables and pictures are what it says. Ends with code 1 if not.

    With FILE: that an exported study is what its log says, and what this store knows of it.
    """
    with _store() as connection:
        if file is not None:
            _verify_file(file, expect, connection)
            return
        proof = prove(connection, expect=expect)
    for fault in proof.faults:
        typer.echo(fault, err=True)
    if proof.faults:
        raise typer.Exit(1)
    typer.echo(f"The store verifies: {proof.entries} log entries, head {proof.head}")


def _verify_file(file: Path, expect: str, connection: Connection) -> None:
    found = verify_export(file, expect=expect, connection=connection)
    for fault in found.faults:
        typer.echo(fault, err=True)
    if found.faults:
        raise typer.Exit(1)
    typer.echo(f"The study {found.study} verifies: {found.entries} log entries, SHA-256 of the file {found.digest}")
    if found.store:
        typer.echo(found.store)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The zip to write: the log and the pictures.")]) -> None:
    """Copy the store into one zip, also while it is in use."""
    with _store() as connection:
        held = write_backup(connection, file)
    typer.echo(f"Wrote {file} with {held.entries} log entries. Note the head elsewhere, for --expect: {held.head}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A zip that `backup` wrote, on SQLite or PostgreSQL.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of what the store holds.")] = False,
) -> None:
    """Put a backup in place, whole or not at all; refuses a store that holds data unless told to replace it."""
    with _store() as connection:
        entries = put_back(connection, file, replace=replace)
    typer.echo(f"Restored {entries} log entries.")
