"""A modality that sends: scored when it has fallen quiet, answered, and nobody is named on the way."""

import time
from collections.abc import Callable
from datetime import date

import pydicom
import pytest
from pydicom.uid import ComprehensiveSRStorage, ComputedRadiographyImageStorage, JPEG2000Lossless
from pynetdicom import AE, evt

from core.pacs.inbox import Inbox, Taken
from core.pacs.kinds import MAX_FILES
from core.pacs.listener import Listener, Peer
from tests.core.pacs.conftest import Orthanc
from tests.core.pacs.stub import StubReader
from tests.core.report.test_source import archived

DAY = date(2026, 3, 2)


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.1)


def listener(lines: list[str], port: int = 0, **how: object) -> Listener:
    settings = {"callers": ["MODALITY", "ORTHANC"], "quiet_s": 0.6, "between_tries_s": 0.1, "today": lambda: DAY, **how}
    return Listener(StubReader(), title="SVH", address="127.0.0.1", port=port, tell=lines.append, **settings)


def send(files: list[bytes], port: int, *, title: str = "MODALITY", called: str = "SVH") -> list[int]:
    """C-STORE statuses; empty where the listener takes no association."""
    import io

    ae = AE(ae_title=title)
    for syntax in (JPEG2000Lossless, pydicom.uid.ExplicitVRLittleEndian):
        ae.add_requested_context(ComputedRadiographyImageStorage, syntax)
    link = ae.associate("127.0.0.1", port, ae_title=called)
    if not link.is_established:
        return []
    statuses = [link.send_c_store(pydicom.dcmread(io.BytesIO(data))).Status for data in files]
    link.release()
    return statuses


def test_a_study_that_orthanc_sends_comes_back_to_it_with_a_report(
    orthanc: Orthanc, phantom_files: list[bytes]
) -> None:
    for data in phantom_files:
        orthanc.put(data)
    (study,) = orthanc.ask("/studies")
    lines: list[str] = []
    peer = Peer("ORTHANC", "127.0.0.1", orthanc.dicom_port)
    with listener(lines, orthanc.listener_port, answer=peer):
        orthanc.ask("/modalities/svh/store", study.encode())
        until(lambda: any("answered" in line or "not taken" in line for line in lines))
    assert lines[-1] == "study 1: answered with the report and 4 captures."
    modalities = sorted(
        orthanc.ask(f"/series/{series}")["MainDicomTags"]["Modality"]
        for series in orthanc.ask(f"/studies/{study}")["Series"]
    )
    assert modalities == ["CR", "CR", "CR", "CR", "OT", "SR"]
    assert not any("PH5" in line for line in lines)


def test_two_studies_are_scored_apart_and_no_line_or_log_names_anybody(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    lines: list[str] = []
    other = archived(3, StudyInstanceUID="1.2.9", PatientID="HOSP-78")
    with listener(lines) as here:
        assert send([archived(1), archived(2), other], here.port) == [0, 0, 0]
        until(lambda: sum("study" in line for line in lines) >= 2)
    said = "\n".join(lines) + caplog.text + "".join(capfd.readouterr())
    assert {line.split(":")[0] for line in lines if line.startswith("study")} == {"study 1", "study 2"}
    for secret in ("HOSP-7", "Müller", "ACC-1", "1.2.3.4", "1.2.9"):
        assert secret not in said


def test_strangers_and_other_titles_are_not_let_in(phantom_files: list[bytes]) -> None:
    lines: list[str] = []
    with listener(lines) as here:
        assert send(phantom_files[:1], here.port, title="STRANGER") == []
        assert send(phantom_files[:1], here.port, called="OTHER") == []
    assert lines == []
    with pytest.raises(ValueError, match="--from"):
        Listener(StubReader(), title="SVH", address="0.0.0.0", port=0)


def test_an_answer_that_is_not_taken_at_first_is_sent_again(phantom_files: list[bytes]) -> None:
    taken: list[str] = []
    tries: list[int] = []

    def store(event: evt.Event) -> int:
        tries.append(1)
        if len(tries) <= 2:
            return 0xA700
        taken.append(event.file_meta.MediaStorageSOPClassUID)
        return 0

    away = AE(ae_title="PACS")
    away.add_supported_context(ComprehensiveSRStorage)
    away.add_supported_context("1.2.840.10008.5.1.4.1.1.7")
    server = away.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    lines: list[str] = []
    try:
        with listener(lines, answer=Peer("PACS", "127.0.0.1", server.server_address[1])) as here:
            send(phantom_files[:1], here.port)
            until(lambda: any("answered" in line for line in lines))
        assert sorted(taken) == ["1.2.840.10008.5.1.4.1.1.7", ComprehensiveSRStorage]
    finally:
        server.shutdown()


def test_an_answer_that_cannot_be_delivered_is_told(phantom_files: list[bytes]) -> None:
    lines: list[str] = []
    with listener(lines, answer=Peer("PACS", "127.0.0.1", 1)) as here:
        send(phantom_files[:1], here.port)
        until(lambda: any("not taken" in line for line in lines))
    assert "2 of 2 objects" in lines[-1]


def test_a_study_without_a_film_that_is_scored_gets_no_answer_but_a_reason() -> None:
    lines: list[str] = []
    with listener(lines, answer=Peer("PACS", "127.0.0.1", 1)) as here:
        send([archived(1, BodyPartExamined="CHEST", ImageLaterality="")], here.port)
        until(lambda: any("no answer" in line for line in lines))
    assert "none of its films was scored" in lines[-1]


def test_the_inbox_holds_a_study_until_it_is_quiet_and_no_more_than_its_share() -> None:
    now = [0.0]
    inbox = Inbox(5.0, lambda: now[0])
    assert inbox.put(archived(1)) is Taken.YES
    now[0] = 4.0
    assert inbox.put(archived(2)) is Taken.YES and inbox.put(archived(2)) is Taken.YES
    now[0] = 8.0
    assert inbox.due() == []
    now[0] = 9.0
    assert [len(files) for files in inbox.due()] == [2] and inbox.due() == []
    assert inbox.put(b"no DICOM") is Taken.UNFIT and inbox.put(archived(1, PatientID="")) is Taken.UNFIT
    for number in range(MAX_FILES):
        assert inbox.put(archived(number + 1)) is Taken.YES
    assert inbox.put(archived(MAX_FILES + 1)) is Taken.NO_ROOM


@pytest.mark.parametrize(
    "text", ["PACS", "PACS@host", "PACS@host:0", "PACS@host:99999", "@host:104", "A" * 17 + "@h:104"]
)
def test_a_node_is_written_title_host_port(text: str) -> None:
    with pytest.raises(ValueError, match="TITLE@HOST:PORT"):
        Peer.parse(text)
    assert Peer.parse("PACS@10.0.0.5:104") == Peer("PACS", "10.0.0.5", 104)
