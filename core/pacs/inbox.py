"""What a listener holds until a study is whole: in memory, within a budget, by study."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from core.pacs.kinds import MAX_BYTES, MAX_FILES
from core.report.source import SourceStudy

ALL_BYTES = 4 * MAX_BYTES


class Taken(Enum):
    """What became of an object, as a C-STORE status (PS3.4 B.2.3)."""

    YES = 0x0000
    NO_ROOM = 0xA700
    UNFIT = 0xC000


@dataclass
class _Study:
    last: float
    files: dict[str, bytes] = field(default_factory=dict, repr=False)


class Inbox:
    """Studies that are still arriving. A study is due when nothing has come for `quiet_s` seconds."""

    def __init__(self, quiet_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet_s, self._clock = quiet_s, clock
        self._lock = threading.Lock()
        self._studies: dict[str, _Study] = {}

    def put(self, data: bytes) -> Taken:
        """Take one DICOM file; the same image sent twice is one."""
        try:
            one = SourceStudy.of([data])
        except ValueError:
            return Taken.UNFIT
        image = str(one.study.SOPInstanceUID)
        with self._lock:
            study = self._studies.get(one.uid) or _Study(self._clock())
            others = [file for key, file in study.files.items() if key != image]
            held = sum(len(file) for each in self._studies.values() for file in each.files.values())
            too_large = sum(map(len, others)) + len(data) > MAX_BYTES or held + len(data) > ALL_BYTES
            if too_large or len(others) >= MAX_FILES:
                return Taken.NO_ROOM
            study.files[image], study.last = data, self._clock()
            self._studies[one.uid] = study
            return Taken.YES

    def due(self) -> list[list[bytes]]:
        """The files of every study that has fallen quiet; they are let go here."""
        with self._lock:
            now = self._clock()
            quiet = [uid for uid, study in self._studies.items() if now - study.last >= self._quiet_s]
            return [list(self._studies.pop(uid).files.values()) for uid in quiet]
