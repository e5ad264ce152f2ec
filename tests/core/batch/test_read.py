"""One loop for the page and the command line: each file of a visit is read, kept out or refused in words."""

from pathlib import Path

from core.batch import read_each, read_files
from core.radiograph import Entry, VisitFiles, expand
from tests.core.batch import stub
from tests.core.radiograph import films


def entries(folder: Path) -> list[Entry]:
    folder.mkdir()
    whole = films.picture(films.grey8())
    for name, data in (("1-LH", whole), ("2-LH", whole[:300]), ("3-LH", films.picture(films.grey8() // 2))):
        (folder / f"{name}.png").write_bytes(data)
    return expand([folder])[0]


def test_each_file_is_a_step_and_one_that_cannot_be_opened_stops_nothing(tmp_path: Path) -> None:
    found = entries(tmp_path / "in")
    steps = read_each(stub.StubReader(), found)  # type: ignore[arg-type]
    first, second, third = steps
    assert first.film and third.film and len(first.readings) == len(third.readings) == 1
    assert second.film is None and second.error and second.error.file == "2-LH.png"
    assert [read.entry for read in (first, second, third)] == found


def test_a_film_that_is_kept_out_is_opened_and_not_read(tmp_path: Path) -> None:
    seen: list[str] = []

    def keep_out(film: object) -> str:
        seen.append(film.name)  # type: ignore[attr-defined]
        return "it is there already" if film.name.startswith("1") else ""  # type: ignore[attr-defined]

    reads = list(read_each(stub.StubReader(), entries(tmp_path / "in"), keep_out=keep_out))  # type: ignore[arg-type]
    assert seen == ["1-LH.png", "3-LH.png"]
    assert reads[0].film and reads[0].kept_out == "it is there already" and not reads[0].readings
    assert reads[2].readings and not reads[2].kept_out


def test_without_a_reader_films_are_opened_alone(tmp_path: Path) -> None:
    reads = list(read_each(None, entries(tmp_path / "in")))
    assert [read.film is not None for read in reads] == [True, False, True]
    assert not any(read.readings for read in reads)


def test_files_that_ended_a_process_are_refused_unread(tmp_path: Path) -> None:
    files = VisitFiles("V", tuple(entries(tmp_path / "in")))
    result = read_files(stub.StubReader(), files, without=frozenset({0}))  # type: ignore[arg-type]
    assert [error.file for error in result.refused] == ["1-LH.png", "2-LH.png"]
    assert "more than once" in str(result.refused[0]) and len(result.films) == 1
