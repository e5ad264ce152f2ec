"""The guarded child: the same film as in process, and any death of the child is a FilmError and no more."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.radiograph import Fault, FilmError, decode_film, guard, open_film
from tests.core.radiograph import films

FILM = films.dicom(films.grey(12), BodyPartExamined="HAND", Laterality="R", PixelSpacing=[0.1, 0.1], PatientAge="011Y")
ROOT = Path(__file__).resolve().parents[3]


def worker() -> subprocess.Popen[bytes]:
    open_film(FILM, "warm")
    assert guard._GUARD._worker is not None
    return guard._GUARD._worker._process


def test_the_child_gives_the_film_of_this_process() -> None:
    here, there = decode_film(FILM, "UAB003-LH.dcm"), open_film(FILM, "UAB003-LH.dcm")
    np.testing.assert_array_equal(here.pixels, there.pixels)
    names = [name for name in here.__dataclass_fields__ if name != "pixels"]
    assert [getattr(here, name) for name in names] == [getattr(there, name) for name in names]
    assert not there.pixels.flags.writeable


def test_a_refusal_comes_back_with_code_and_name() -> None:
    with pytest.raises(FilmError) as here:
        decode_film(b"%PDF-1.4", "a.pdf")
    with pytest.raises(FilmError) as there:
        open_film(b"%PDF-1.4", "a.pdf")
    assert (there.value.code, str(there.value)) == (here.value.code, str(here.value))


def test_one_warm_child_serves_many_films_quickly() -> None:
    process = worker()
    began = time.perf_counter()
    for _ in range(20):
        open_film(FILM, "f")
    assert (time.perf_counter() - began) / 20 < 0.3
    assert worker().pid == process.pid


def test_a_killed_child_is_replaced() -> None:
    process = worker()
    process.kill()
    process.wait()
    assert worker().pid != process.pid


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("signal_number", "code"), [(11, Fault.CRASH), (9, Fault.MEMORY), (24, Fault.TIME)])
def test_a_child_that_dies_on_a_film_is_a_film_error(signal_number: int, code: Fault) -> None:
    process = worker()
    process.send_signal(19)  # stopped, so that it dies with the film in hand
    threading.Timer(0.3, process.send_signal, [signal_number]).start()
    threading.Timer(0.4, process.send_signal, [18]).start()
    with pytest.raises(FilmError) as caught:
        open_film(FILM, "bad.dcm")
    assert caught.value.code == code and "bad.dcm" in str(caught.value)
    assert open_film(FILM, "next").width_px == films.WIDTH


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_child_that_hangs_is_killed_at_its_time() -> None:
    worker().send_signal(19)
    began = time.perf_counter()
    with pytest.raises(FilmError) as caught:
        open_film(FILM, "slow.dcm", timeout_s=0.5)
    assert caught.value.code == Fault.TIME
    assert time.perf_counter() - began < 3
    assert open_film(FILM, "next").width_px == films.WIDTH


def test_rubbish_from_the_child_is_a_film_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for header in ({}, {"height": -1, "width": "x"}):
        monkeypatch.setattr(guard._GUARD, "_answer", lambda *_, header=header: (header, bytearray(4)))
        with pytest.raises(FilmError) as caught:
            open_film(FILM, "f")
        assert caught.value.code == Fault.CRASH


def test_threads_share_the_child() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: open_film(FILM, f"film {k}").name, range(12)))
    assert found == [f"film {k}" for k in range(12)]


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS holds on Linux")
def test_the_child_has_limits_and_writes_nothing() -> None:
    text = Path(f"/proc/{worker().pid}/limits").read_text()
    values = {line[:26].strip(): line[26:47].strip() for line in text.splitlines()}
    assert values["Max address space"] == str(3 * 2**30)
    assert values["Max file size"] == "0"
    assert values["Max cpu time"].isdigit()


def test_no_network_library_is_imported_and_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    (tmp_path / "f.dcm").write_bytes(FILM)
    (tmp_path / "core.py").write_text("raise SystemExit('a foreign core was imported')")
    script = tmp_path / "plain.py"
    script.write_text(
        f"import sys; sys.path[0] = {str(ROOT)!r}\n"
        "from core.radiograph import open_film\n"
        "print(open_film(open('f.dcm', 'rb').read(), 'f.dcm').width_px)\n"
        "print('torch' in sys.modules, 'streamlit' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.stdout.split() == [str(films.WIDTH), "False", "False"], run.stderr
    assert run.stderr == ""
