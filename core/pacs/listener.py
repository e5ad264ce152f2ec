"""A DICOM node that films are sent to (C-STORE): it scores a study that has fallen quiet and sends the answer on.

Lines that it tells, its log and its errors never name a patient: studies have running numbers.
"""

import io
import logging
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pydicom
from pydicom.uid import (
    ComprehensiveSRStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)

from core.model_reader import ModelReader
from core.pacs.archive import MISSING, PacsError
from core.pacs.inbox import Inbox
from core.pacs.kinds import FILM_CLASSES, is_answer
from core.pacs.scored_study import score_study
from core.report.summary import visit_summary

if TYPE_CHECKING:
    from pynetdicom import AE
    from pynetdicom.events import Event
    from pynetdicom.transport import ThreadedAssociationServer

LOOK_EVERY_S = 0.2
TRIES, BETWEEN_TRIES_S = 5, 10.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Peer:
    """A DICOM node that answers go to."""

    title: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Peer":
        """From `TITLE@HOST:PORT`.

        Raises: ValueError if it is written otherwise.
        """
        match = re.fullmatch(r"([A-Za-z0-9_. -]{1,16})@([^\s@:/]+|\[[0-9a-fA-F:]+\]):([0-9]{1,5})", text.strip())
        if not match or not 0 < int(match[3]) < 65536:
            raise ValueError(f"{text!r} is no DICOM node; write TITLE@HOST:PORT, as PACS@10.0.0.5:104")
        return cls(match[1].strip(), match[2].strip("[]"), int(match[3]))


class Listener:
    """Runs between `start` and `stop`; a context manager does both."""

    def __init__(
        self,
        reader: ModelReader,
        *,
        title: str,
        address: str,
        port: int,
        callers: Sequence[str] = (),
        answer: Peer | None = None,
        quiet_s: float = 20.0,
        tell: Callable[[str], None] = print,
        today: Callable[[], date] = date.today,
        between_tries_s: float = BETWEEN_TRIES_S,
    ) -> None:
        """`callers` are the titles that may send; none named means any, which only the loopback address allows.

        Raises: PacsError if packages are not installed; ValueError without `callers` at an address that others reach.
        """
        if not callers and address not in LOOPBACK:
            raise ValueError("say with --from which nodes may send: others reach this address")
        self._ae = _entity(title, callers)
        self._reader, self._answer, self._tell, self._today = reader, answer, tell, today
        self._address, self._port, self._between_tries_s = address, port, between_tries_s
        self._inbox = Inbox(quiet_s)
        self._ends = threading.Event()
        self._number = 0
        self._server: ThreadedAssociationServer | None = None
        self._worker = threading.Thread(target=self._work, name="svh-listener", daemon=True)

    def __enter__(self) -> "Listener":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1]) if self._server else self._port

    def start(self) -> None:
        """Begin to listen.

        Raises: OSError if the port cannot be had.
        """
        from pynetdicom import evt

        handlers = [(evt.EVT_C_STORE, self._take), (evt.EVT_C_ECHO, lambda event: 0x0000)]
        self._server = self._ae.start_server((self._address, self._port), block=False, evt_handlers=handlers)  # type: ignore[arg-type]
        self._worker.start()

    def stop(self) -> None:
        """Listen no more; a study that is being scored is finished, one that is still arriving is not."""
        if self._server is not None:
            self._server.shutdown()
        self._ends.set()
        self._worker.join()

    def _take(self, event: "Event") -> int:
        return self._inbox.put(event.encoded_dataset()).value

    def _work(self) -> None:
        while not self._ends.wait(LOOK_EVERY_S):
            for files in self._inbox.due():
                self._number += 1
                self._score(f"study {self._number}", files)

    def _score(self, name: str, files: list[bytes]) -> None:
        films = [data for data in files if not _own(data)]
        if not films:
            return
        scored = score_study(self._reader, films, name=name, made_on=self._today())
        for line in visit_summary(scored.result.visit, scored.result.refused):
            self._tell(line)
        if self._answer is None:
            return
        if scored.why:
            self._tell(f"{name}: no answer was sent: {scored.why}.")
            return
        self._tell(f"{name}: {self._sent(scored.answer, self._answer)}")

    def _sent(self, answer: Sequence[pydicom.Dataset], peer: Peer) -> str:
        """Send the answer, more than once where the other side is away; what became of it."""
        left = list(answer)
        for again in range(TRIES):
            if again and self._ends.wait(self._between_tries_s):
                break
            left = self._store(left, peer)
            if not left:
                return f"answered with the report and {len(answer) - 1} captures."
        left_words = f"{len(left)} of {len(answer)} objects of the answer"
        return f"{left_words} were not taken by {peer.title}. Send the study again later."

    def _store(self, datasets: Sequence[pydicom.Dataset], peer: Peer) -> list[pydicom.Dataset]:
        """What the peer did not take."""
        link = self._ae.associate(peer.host, peer.port, ae_title=peer.title)
        if not link.is_established:
            return list(datasets)
        try:
            return [
                dataset
                for dataset in datasets
                if link.send_c_store(dataset).get("Status", 0xFFFF) & 0xF000 not in (0, 0xB000)
            ]
        except (ValueError, RuntimeError, AttributeError):  # it hung up, or knows no context for the report
            return list(datasets)
        finally:
            link.release()


def _own(data: bytes) -> bool:
    return is_answer(
        pydicom.dcmread(io.BytesIO(data), specific_tags=["SOPClassUID", "Manufacturer"], stop_before_pixels=True)
    )


def _entity(title: str, callers: Sequence[str]) -> "AE":
    try:
        from pynetdicom import AE, ALL_TRANSFER_SYNTAXES
    except ModuleNotFoundError:
        raise PacsError(MISSING) from None
    log = logging.getLogger("pynetdicom")
    log.addHandler(logging.NullHandler())
    log.propagate = False  # it would write what cannot be decoded
    made = AE(ae_title=title)
    made.require_calling_aet = list(callers)
    made.require_called_aet = True
    made.add_supported_context("1.2.840.10008.1.1")
    for kind in FILM_CLASSES:
        made.add_supported_context(kind, ALL_TRANSFER_SYNTAXES)
    for kind in (ComprehensiveSRStorage, SecondaryCaptureImageStorage):
        made.add_requested_context(kind, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    return made
