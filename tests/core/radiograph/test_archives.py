"""Files, folders and zips: all that was sent is an entry or a sentence, in natural order; films become visits."""

import os
from pathlib import Path

import pytest

from core.radiograph import Entry, Fault, FilmError, expand, limits
from tests.core.radiograph import films

PNG = films.picture(films.grey8())
DICOM = films.dicom(films.grey(12))


def names(entries: list[Entry]) -> list[tuple[str, str]]:
    return [(entry.folder, entry.name) for entry in entries]


def codes(errors: list[FilmError]) -> list[tuple[str, str]]:
    return [(error.file, error.code) for error in errors]


def test_a_folder_gives_films_in_natural_order_and_names_companions(tmp_path: Path) -> None:
    root = tmp_path / "study"
    for name in ("film10.png", "film2.png", "b/LH.png", "a/deep/x.dcm", ".hidden.png", ".DS_Store", "Thumbs.db",
                 "__MACOSX/x.png", ".git/y.png", "notes.txt", "a/scores.csv", "c.json"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PNG if name.endswith("png") else DICOM if name.endswith("dcm") else b"something")
    entries, errors = expand([root])
    assert names(entries) == [
        ("study/a/deep", "x.dcm"), ("study/b", "LH.png"), ("study", "film2.png"), ("study", "film10.png"),
    ]  # fmt: skip
    assert codes(errors) == [(name, Fault.SKIPPED) for name in ("scores.csv", "c.json", "notes.txt")]
    assert all(str(error).endswith(".") for error in errors)


def test_content_decides_even_for_companion_names(tmp_path: Path) -> None:
    (tmp_path / "film.txt").write_bytes(PNG)
    assert [entry.name for entry in expand([tmp_path])[0]] == ["film.txt"]


def test_files_and_uploads_stand_at_top_level(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    entries, errors = expand([tmp_path / "a.png", ("b.png", PNG), ("../../etc/c.png", PNG), ("empty", b"")])
    assert names(entries) == [("", "a.png"), ("", "b.png"), ("etc", "c.png")]
    assert codes(errors) == [("empty", Fault.EMPTY)] and entries[0].data == PNG


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
    monkeypatch.setattr(limits, "FOLDER_LISTED", 3)
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
    assert "secret" not in repr(Entry("a", "f", b"secret"))


def test_on_a_disc_with_an_index_pictures_are_the_viewers(tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    for name, data in {"DICOMDIR": b"x" * 200, "VIEWER/splash.png": PNG, "DICOM/IM1": DICOM}.items():
        (disc / name).parent.mkdir(parents=True, exist_ok=True)
        (disc / name).write_bytes(data)
    (tmp_path / "beside.png").write_bytes(PNG)
    entries, errors = expand([tmp_path])
    assert names(entries) == [(tmp_path.name, "beside.png"), (f"{tmp_path.name}/disc/DICOM", "IM1")]
    assert codes(errors) == [("DICOMDIR", Fault.SKIPPED), ("splash.png", Fault.SKIPPED)]


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (entry,), _ = expand([tmp_path / "a.png"])
    (tmp_path / "a.png").unlink()
    with pytest.raises(FilmError) as caught:
        entry.open()
    assert caught.value.code == Fault.NOT_FOUND


def test_an_opened_film_knows_its_folder_and_so_does_a_refusal() -> None:
    entries, errors = expand([("s/z.zip", films.zipped({"a/x.png": PNG, "b/y.png": PNG[:200], "c/z.doc": b"Dear"}))])
    assert entries[0].open().folder == "s/z/a"
    with pytest.raises(FilmError, match=r"^s/z/b/y\.png: "):
        entries[1].open()
    assert [str(error).split(":")[0] for error in errors] == ["s/z/c/z.doc"]
