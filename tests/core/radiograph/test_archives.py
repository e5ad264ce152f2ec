"""Files, folders and zips: all that was sent is an entry or a sentence, in natural order; films become visits."""

import os
from pathlib import Path

import numpy as np
import pytest

from core.radiograph import Entry, Fault, FilmError, Radiograph, decode_film, expand, group_visits, limits
from tests.core.radiograph import films

PNG = films.picture(films.grey8())


def names(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.folder, entry.name) for entry in entries]


def codes(errors: list[FilmError]) -> list[tuple[str, str]]:
    return [(error.file, error.code) for error in errors]


def test_a_folder_gives_films_in_natural_order_and_names_companions(tmp_path: Path) -> None:
    root = tmp_path / "study"
    for name in ("film10.png", "film2.png", "b/LH.png", "a/deep/x.dcm", ".hidden.png", ".DS_Store", "Thumbs.db",
                 "__MACOSX/x.png", ".git/y.png", "notes.txt", "a/scores.csv", "c.json", "DICOMDIR"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PNG if name.endswith("png") else b"something")
    entries, errors = expand([root])
    assert names(entries) == [
        ("study/a/deep", "x.dcm"), ("study/b", "LH.png"), ("study", "film2.png"), ("study", "film10.png"),
    ]  # fmt: skip
    assert codes(errors) == [(name, Fault.SKIPPED) for name in ("scores.csv", "c.json", "DICOMDIR", "notes.txt")]
    assert all(str(error).endswith(".") for error in errors)


def test_content_decides_even_for_companion_names(tmp_path: Path) -> None:
    (tmp_path / "film.txt").write_bytes(PNG)
    assert [entry.name for entry in expand([tmp_path])[0]] == ["film.txt"]


def test_files_and_uploads_stand_at_top_level(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    entries, errors = expand([tmp_path / "a.png", ("b.png", PNG), ("../../etc/c.png", PNG), ("empty", b"")])
    assert names(entries) == [("", "a.png"), ("", "b.png"), ("etc", "c.png"), ("", "empty")]
    assert errors == [] and entries[0].data == PNG


def test_what_is_missing_or_no_file_is_named(tmp_path: Path) -> None:
    assert codes(expand([tmp_path / "nowhere"])[1]) == [("nowhere", Fault.NOT_FOUND)]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert codes(expand([tmp_path])[1]) == [("pipe", Fault.SKIPPED)]
        assert codes(expand([tmp_path / "pipe"])[1]) == [("pipe", Fault.SKIPPED)]


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_link_loops_end(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    entries, errors = expand([tmp_path])
    assert [entry.name for entry in entries] == ["a.png"]
    assert sorted(codes(errors)) == [("round", Fault.SKIPPED), ("self", Fault.NOT_FOUND)]


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 1000)
    (tmp_path / "big.png").write_bytes(b"\x89PNG" + b"\0" * 5000)
    assert codes(expand([tmp_path])[1]) == [("big.png", Fault.FILE_SIZE)]


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ARCHIVE_LISTED", 3)
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(b"")
    assert [code for _, code in codes(expand([tmp_path])[1])] == [Fault.ARCHIVE_SIZE]


def test_a_zip_is_a_folder_wherever_it_lies(tmp_path: Path) -> None:
    data = films.zipped(
        {"x/film10.png": PNG, "x/film9.png": PNG, "readme.txt": b"hello", "__MACOSX/._a": b"", "x/.DS_Store": b""}
    )
    (tmp_path / "visit 1.ZIP").write_bytes(data)
    expected = [("visit 1/x", "film9.png"), ("visit 1/x", "film10.png")]
    for sources in ([tmp_path / "visit 1.ZIP"], [("visit 1.zip", data)]):
        entries, errors = expand(sources)
        assert names(entries) == expected
        assert codes(errors) == [("readme.txt", Fault.SKIPPED)]
    assert names(expand([tmp_path])[0]) == [(f"{tmp_path.name}/{folder}", name) for folder, name in expected]


def test_paths_in_a_zip_lead_nowhere(tmp_path: Path) -> None:
    data = films.zipped({"../../etc/a.png": PNG, "/abs/b.png": PNG, "C:\\win\\c.png": PNG, "..": PNG})
    entries, _ = expand([("z.zip", data)])
    assert all(".." not in entry.folder and not entry.folder.startswith("/") for entry in entries)
    assert {entry.name for entry in entries} == {"a.png", "b.png", "c.png", "z.zip"}
    assert list(tmp_path.iterdir()) == []


def test_an_entry_does_not_print_its_bytes() -> None:
    assert "data" not in repr(Entry("a", b"secret", "f")) and "secret" not in repr(Entry("a", b"secret", "f"))


def film(name: str) -> Radiograph:
    return decode_film(films.picture(films.grey8()), name)


def grouped(*items: tuple[str, str]) -> dict[str, list[str]]:
    visits = group_visits([(folder, film(name)) for folder, name in items])
    return {visit: [found.name for found in held] for visit, held in visits.items()}


def test_ra2_names_group_by_patient_across_folders() -> None:
    assert grouped(("hands", "UAB003-LH.png"), ("hands", "UAB004-LH.png"), ("feet", "UAB003-LF.png")) == {
        "UAB003": ["UAB003-LH.png", "UAB003-LF.png"],
        "UAB004": ["UAB004-LH.png"],
    }


def test_the_same_limb_in_two_folders_is_two_visits() -> None:
    assert grouped(("s/2020", "UAB003-LH.png"), ("s/2024", "UAB003-LH.png"), ("s/2024", "UAB003-LF.png")) == {
        "UAB003 (2020)": ["UAB003-LH.png"],
        "UAB003 (2024)": ["UAB003-LH.png", "UAB003-LF.png"],
    }


def test_other_names_group_by_folder_and_no_two_visits_merge() -> None:
    assert grouped(("a/visit1", "x.png"), ("b/visit1", "y.png"), ("", "z.png"), ("a/visit1", "w.png")) == {
        "visit1": ["x.png", "w.png"],
        "visit1 (2)": ["y.png"],
        "visit": ["z.png"],
    }


def test_a_patient_and_a_folder_of_one_name_stay_apart() -> None:
    assert grouped(("UAB003", "x.png"), ("UAB003", "UAB003-LH.png")) == {
        "UAB003": ["x.png"], "UAB003 (2)": ["UAB003-LH.png"],
    }  # fmt: skip


def test_no_visit_is_named_after_what_stands_inside_a_file() -> None:
    inside = decode_film(films.dicom(films.grey(12), **films.IDENTITY), "IM0001")
    assert list(group_visits([("", inside)])) == ["visit"]
    assert np.isfinite(inside.pixels).all()
