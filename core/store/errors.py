"""What the store says when it cannot do what was asked: the errors of database and disk as sentences."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pg8000.exceptions
from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class StoreError(Exception):
    """The store cannot do what was asked; the message says why and what to do, for the person at the screen."""


_BUSY = "The store is busy with another writer. Wait a moment and try again."
_SENTENCES = (
    ("locked", _BUSY),
    ("disk is full", "The disk of the store is full. Free some space and try again."),
    ("no space left", "The disk of the store is full. Free some space and try again."),
    ("disk full", "The disk of the store is full. Free some space and try again."),
    ("readonly", "The store cannot be written: the file or its folder is read-only."),
    ("read-only", "The store cannot be written: the file or its folder is read-only."),
    ("permission denied", "The store cannot be written: this user has no right to its file or folder."),
    ("file exists", "The store cannot be written: a file lies where its folder should be."),
    ("not a directory", "The store cannot be written: a file lies where its folder should be."),
    ("unable to open", "The store cannot be opened: its folder is missing or may not be written."),
    ("not a database", "The store's file is damaged or no store. Move it away and restore a backup."),
    ("malformed", "The store's file is damaged. Move it away and restore a backup."),
    ("password authentication", "The PostgreSQL server refused the user name or password in SVH_STORE_URL."),
    ("lock timeout", _BUSY),
    ("statement timeout", _BUSY),
)
_UNREACHED = (
    "The PostgreSQL server of the store cannot be reached. Check SVH_STORE_URL and the network; what was stored is"
    " kept."
)
_GONE_SIGNS = (
    "network",
    "connect",
    "closed",
    "timed out",
    "timeout",
    "terminating",
    "shutting down",
    "starting up",
    "recovery",
)


@contextmanager
def spoken_errors() -> Iterator[None]:
    """Turn the database's and the disk's errors into sentences without values of patients.

    Raises: StoreError.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, pg8000.exceptions.Error, OSError, struct.error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = str(cause).lower()
        for sign, sentence in _SENTENCES:
            if sign in said:
                raise StoreError(sentence) from None
        gone = isinstance(cause, pg8000.exceptions.InterfaceError | ConnectionError | TimeoutError | struct.error)
        if gone or (not isinstance(cause, OSError | sqlite3.Error) and any(sign in said for sign in _GONE_SIGNS)):
            raise StoreError(_UNREACHED) from None
        raise StoreError(
            f"The store does not answer as it should ({type(cause).__name__}). Run `python -m core store verify`."
        ) from None
