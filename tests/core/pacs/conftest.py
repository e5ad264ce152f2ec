"""A real Orthanc on the loopback address, and a reader without networks."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.phantom import phantom_visit
from core.phantom.dicom_film import write_dicom

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
START_S = 40
TITLE = "ORTHANC"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass(frozen=True)
class Orthanc:
    """A running server: its REST address, its DICOM port, and the port on which it expects our listener as `svh`."""

    address: str
    dicom_port: int
    listener_port: int

    @property
    def dicomweb(self) -> str:
        return f"{self.address}/dicom-web"

    def ask(self, path: str, data: bytes | None = None) -> Any:
        """GET, or POST with data."""
        with urllib.request.urlopen(urllib.request.Request(self.address + path, data=data), timeout=30) as said:
            return json.loads(said.read() or b"null")

    def put(self, data: bytes) -> None:
        assert self.ask("/instances", data)["Status"] in ("Success", "AlreadyStored")

    def empty(self) -> None:
        for patient in self.ask("/patients"):
            urllib.request.urlopen(
                urllib.request.Request(f"{self.address}/patients/{patient}", method="DELETE")
            ).close()


@pytest.fixture(scope="session")
def orthanc_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    """One server for all tests; skips, with the reason, where none can be started."""
    program = shutil.which("Orthanc")
    if program is None or not PLUGIN.exists():
        pytest.skip("Orthanc is not installed (Debian: apt-get install orthanc orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("orthanc")
    made = Orthanc(f"http://127.0.0.1:{free_port()}", free_port(), free_port())
    settings = {
        "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"),
        "HttpPort": int(made.address.rpartition(":")[2]),
        "DicomPort": made.dicom_port,
        "DicomAet": TITLE,
        "RemoteAccessAllowed": False,
        "Plugins": [str(PLUGIN)],
        "DicomModalities": {"svh": ["SVH", "127.0.0.1", made.listener_port]},
        "DicomScuTimeout": 20,
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, str(folder / "orthanc.json")], stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                made.ask("/dicom-web/studies")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.2)
        yield made
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def orthanc(orthanc_server: Orthanc) -> Orthanc:
    """The server with nothing in it."""
    orthanc_server.empty()
    return orthanc_server


@pytest.fixture(scope="session")
def phantom_files(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The four DICOM films of one phantom patient, PH5."""
    folder = tmp_path_factory.mktemp("phantom")
    for (limb, side), film in phantom_visit(5, mm_per_px=0.5).items():
        write_dicom(folder / f"{limb.value}-{side.value}.dcm", film, patient="PH5")
    return [path.read_bytes() for path in sorted(folder.iterdir())]
