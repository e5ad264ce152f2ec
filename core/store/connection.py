"""Where the store is, how it is opened, and what is said when that fails."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlmodel import Session, SQLModel, create_engine

from core.store.errors import StoreError, spoken_errors

URL_VARIABLE = "SVH_STORE_URL"
FILMS_VARIABLE = "SVH_STORE_FILMS"
WAIT_S = 15  # for another writer
ANSWER_S = 8  # for the answer of a PostgreSQL server to one statement
SILENT_S = 10  # after which a PostgreSQL server that says nothing is taken for gone
_LOG_LOCK = 5485001  # any number that every writer of this program agrees on


def data_folder() -> Path:
    """The folder for a user's data on this platform; it is not created."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "svh"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "svh"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "svh"


def store_url() -> str:
    """`SVH_STORE_URL`, or a SQLite file in the user's data folder."""
    return os.environ.get(URL_VARIABLE) or f"sqlite:///{data_folder() / 'store.sqlite'}"


class Connection:
    """A database that is created by the first write and not before."""

    def __init__(self, url: str) -> None:
        if url.startswith(("postgresql://", "postgres://")):
            url = "postgresql+pg8000://" + url.partition("://")[2]
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):
            raise StoreError(
                f"{URL_VARIABLE} is no database address. Use sqlite:///FILE or postgresql://HOST/NAME."
            ) from None
        self.embedded = parsed.get_backend_name() == "sqlite"
        if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+pg8000"):
            raise StoreError(f"The store is kept in SQLite or PostgreSQL, not in {parsed.drivername}.")
        if self.embedded and (parsed.host or parsed.port or parsed.username):
            raise StoreError(
                f"{URL_VARIABLE} names a server where a file is wanted. Three slashes come before a file: "
                "sqlite:///FILE, or sqlite://///SERVER/SHARE/FILE for a file on a Windows share."
            )
        if self.embedded and parsed.database in (None, "", ":memory:"):
            raise StoreError("The store needs a file: sqlite:///FILE.")
        if self.embedded:
            parsed = parsed.set(database=str(Path(str(parsed.database)).expanduser()))
        self.file = Path(str(parsed.database)) if self.embedded else None
        beside = self.file.with_name(self.file.name + ".films") if self.file else data_folder() / "films"
        self.films = Path(os.environ.get(FILMS_VARIABLE) or beside)
        self.cases = self.films.with_name(self.films.name.removesuffix(".films") + ".cases")
        try:
            if self.embedded:
                self.engine = create_engine(
                    parsed, hide_parameters=True, connect_args={"timeout": WAIT_S, "check_same_thread": False}
                )
                _make_durable(self.engine, self.file)
            else:
                limits = f"-c statement_timeout={ANSWER_S}s -c lock_timeout={ANSWER_S}s"
                self.engine = create_engine(
                    parsed,
                    hide_parameters=True,  # an error must not carry a pseudonym into a log
                    pool_pre_ping=True,
                    pool_timeout=SILENT_S,
                    connect_args={"timeout": SILENT_S, "startup_params": {"options": limits}},
                )
        except NoSuchModuleError:
            raise StoreError("The PostgreSQL driver is missing: install pg8000.") from None
        self._made = False

    @property
    def exists(self) -> bool:
        """Whether there is a store already; nothing is created to find out."""
        if self._made:
            return self.file is None or self.file.exists()
        if self.file is not None and not self.file.exists():
            return False
        with spoken_errors(), self.engine.connect() as connection:
            found = self.engine.dialect.has_table(connection, "meta")
        if not found:
            self._ask_about_lost()
        return found

    def _ask_about_lost(self) -> None:
        """Refuse to begin an empty store where one was.

        Raises: StoreError if the file holds nothing, but pictures lie beside it: it was emptied, or copied without its
        log.
        """
        if self.file is None or not self.file.exists():
            return
        if self.films.is_dir() and any(self.films.glob("*.png")):
            raise StoreError(
                f"The store's file {self.file.name} holds nothing, but the pictures of its films are there. It was"
                f" emptied, or copied without {self.file.name}-wal. Put that file beside it or restore a backup; to"
                " begin anew, move the pictures away."
            )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the store."""
        with spoken_errors():
            engine = self.engine
            if not self.embedded:
                engine = engine.execution_options(isolation_level="REPEATABLE READ")
            with Session(engine) as session:
                yield session

    @contextmanager
    def writing(self, *, anew: bool = False) -> Iterator[Session]:
        """A transaction that only one writer has at a time; what it wrote is on the disk when it ends without an error.

        `anew` puts a store where one was lost, which is asked about otherwise.
        """
        with spoken_errors():
            self._make(anew=anew)
            with Session(self.engine.execution_options(writing=True), expire_on_commit=False) as session:
                if not self.embedded:
                    session.execute(text(f"SELECT pg_advisory_xact_lock({_LOG_LOCK})"))
                yield session
                session.commit()
            if self.embedded:
                self._into_file("PASSIVE")

    def _make(self, *, anew: bool) -> None:
        if self._made and (self.file is None or self.file.exists()):
            return
        if not anew and self.file is not None and self.file.exists():
            _ = self.exists  # asks where it was lost
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.engine.execution_options(writing=True).begin() as connection:
            if not self.embedded:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOG_LOCK})"))
            SQLModel.metadata.create_all(connection)
        self._made = True

    def close(self) -> None:
        """Give the database's files and sockets back; the file is then whole without what lies beside it."""
        if self._made and self.embedded and self.file is not None and self.file.exists():
            self._into_file("TRUNCATE")
        self.engine.dispose()

    def _into_file(self, how: str) -> None:
        """Take the write-ahead log into the file, so that a copy of the file alone holds everything.

        A store that is busy or whose disk is full keeps it in the log, where it is as safe.
        """
        with suppress(DBAPIError), self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql(f"PRAGMA wal_checkpoint({how})")


def _make_durable(engine: Engine, file: Path | None) -> None:
    @event.listens_for(engine, "do_connect")
    def _open(_: object, __: object, ___: object, options: dict[str, Any]) -> sqlite3.Connection | None:
        """A file on a read-only place is opened as one that nobody changes: SQLite makes no files beside it then."""
        if file is None or not file.exists() or os.access(file.parent, os.W_OK):
            return None
        wal = file.with_name(file.name + "-wal")
        if wal.exists() and wal.stat().st_size:
            raise StoreError(
                f"The last changes of the store lie in {wal.name}, and its folder is read-only. Copy both files to a"
                " folder that can be written, and name the copy in SVH_STORE_URL."
            )
        opened: sqlite3.Connection = sqlite3.connect(
            f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True, **options
        )
        return opened

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the transaction begins below, not where the driver guesses
        if file is None or os.access(file.parent, os.W_OK):
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        wanted = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if wanted else "BEGIN")
