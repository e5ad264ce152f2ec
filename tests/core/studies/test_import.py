"""A study from folders, zips and tables: who is who, what is left out, and that no score is told on the way."""

import io
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core import model_reader
from core.__main__ import app
from core.store import Store, Studies
from core.studies.importing import import_study
from core.studies.plan import plan_study
from tests.core.batch.stub import StubReader
from tests.core.radiograph import films
from tests.core.store.conftest import postgres, url  # noqa: F401


def film(number: int) -> bytes:
    return films.picture((films.grey8() // 2 + number * 3).astype("uint8"))


def folder(root: Path, *, patients: int = 4) -> Path:
    """`P1/baseline/LH.png` and so on: patients of two visits of two films."""
    number = 0
    for patient in range(1, patients + 1):
        for visit in ("baseline", "month 12"):
            for limb in ("LH", "RF"):
                place = root / f"P{patient}" / visit
                place.mkdir(parents=True, exist_ok=True)
                number += 1
                (place / f"{limb}.png").write_bytes(film(number))
    return root


def imported(url: str, tmp_path: Path, **how: object) -> tuple[Studies, list[str]]:  # noqa: F811
    studies = Studies(Store(url))
    plan = plan_study([folder(tmp_path / "source")], **how)
    steps, said = import_study(studies, plan, StubReader(), name="RA-1", seed=3), []
    try:
        while True:
            said.append(next(steps)[0])
    except StopIteration as done:
        return studies, [*said, *done.value.lines, str(done.value.films)]


def names(sources: list, table: str | None = None) -> list[tuple[str, str, int, int]]:
    plan = plan_study(sources, table.encode() if table else None)
    return [(visit.patient, visit.label, visit.position, len(visit.entries)) for visit in plan.visits]


def test_folders_of_patients_and_visits_are_a_study(tmp_path: Path) -> None:
    found = names([folder(tmp_path / "source", patients=2)])
    assert found == [
        ("P1", "baseline", 1, 2),
        ("P1", "month 12", 2, 2),
        ("P2", "baseline", 1, 2),
        ("P2", "month 12", 2, 2),
    ]


def test_names_in_folders_of_visits_and_a_zip_are_the_same_study() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, (visit, patient) in enumerate([("BL", "A1"), ("BL", "A2"), ("W24", "A1"), ("W24", "A2")]):
            archive.writestr(f"{visit}/{patient}-LH.png", film(number))
    assert names([("study.zip", out.getvalue())]) == [
        ("A1", "BL", 1, 1), ("A1", "W24", 2, 1), ("A2", "BL", 1, 1), ("A2", "W24", 2, 1),
    ]  # fmt: skip


def test_a_table_decides_alone_and_its_dates_order_the_visits(tmp_path: Path) -> None:
    for number, name in enumerate(("x1.png", "x2.png", "x3.png")):
        (tmp_path / name).write_bytes(film(number))
    table = "File;Patient;Visit;Date\nx1.png;K7;second;2026-03-01\nx2.png;K7;first;2025-03-01\n"
    plan = plan_study([tmp_path], table.encode())
    assert [(v.patient, v.label, v.position) for v in plan.visits] == [("K7", "first", 1), ("K7", "second", 2)]
    assert plan.lines == ("1 files are not in the table and were left out (x3.png).",)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("patient,visit\nA,BL\n", "needs the column file"),
        ("patient,visit,file\n", "no row below"),
        ("patient,visit,file\nA,BL,none.png\n", "row 2: the film none.png is not among the files"),
        ("patient,visit,file\nA,BL,LH.png\n", "row 2: the film LH.png is there more than once"),
        ("patient,visit,file\n,BL,P1/baseline/LH.png\n", "row 2: patient, visit and file must be filled in"),
        ("patient,visit,file\nA,BL,P1/baseline/LH.png\nA,BL,baseline/LH.png\n", "row 3"),
        ("patient,visit,file,date\nA,BL,P1/baseline/LH.png,x\nA,W,P1/month 12/LH.png,y\n", "YYYY-MM-DD"),
        (
            "patient,visit,file,date\nA,BL,P1/baseline/LH.png,2025-01-01\nA,BL,P1/baseline/RF.png,2025-01-02\n",
            "two dates",
        ),
    ],
)
def test_a_table_with_a_fault_is_refused_with_row_and_remedy(table: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=words):
        plan_study([folder(tmp_path / "source")], table.encode())


def test_no_film_is_no_study(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    with pytest.raises(ValueError, match="no visit was found"):
        plan_study([tmp_path])


def test_the_import_keeps_films_and_the_models_points_and_tells_no_score(url: str, tmp_path: Path) -> None:  # noqa: F811
    studies, said = imported(url, tmp_path)
    study = studies.get("RA-1")
    assert said[0] == "reading visit 1 of 8" and said[-1] == "16" and len(study.visits) == 8
    assert not any(word in " ".join(said).lower() for word in ("svh", "point", "erosion", "jsn"))
    assert all(len(studies.store.films(visit)) == 2 for visit in studies.visits(study).values())
    studies.lock("RA-1")
    studies.reveal("RA-1")
    assert len(studies.readings("RA-1", model=True)) == 8
    assert studies.store.visits() == []
    again, repeated = imported(url, tmp_path)
    assert repeated[-1] == "16" and again.get("RA-1").visits == study.visits


def test_a_whole_study_by_commands(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setenv("SVH_STORE_URL", url)
    monkeypatch.setattr(model_reader.ModelReader, "open", lambda *_, **__: StubReader())
    run = CliRunner().invoke

    def done(*words: str) -> str:
        result = run(app, ["study", *words])
        assert result.exit_code == 0, result.output
        return result.output

    assert "16 films of 8 visits, seed 3" in done("create", "RA-1", str(folder(tmp_path / "source")), "--seed", "3")
    done("assign", "RA-1", "--reader", "Ann", "--reader", "Bob", "--who", "Cora")
    done("assign", "RA-1", "--reader", "Ann", "--second", "--washout", "28")
    told = done("status")
    assert "Ann, pass 1: 0 of 8 visits" in told and "Ann, pass 2: 0 of 8 visits, from the day" in told
    refused = run(app, ["study", "export", "RA-1", str(tmp_path / "x.zip")])
    assert refused.exit_code == 2 and "Lock the study first" in refused.output
    done("lock", "RA-1")
    done("reveal", "RA-1")
    digest = done("export", "RA-1", str(tmp_path / "x.zip")).split()[-1]
    proof = run(app, ["store", "verify", str(tmp_path / "x.zip"), "--expect", digest])
    assert proof.exit_code == 0 and "every entry of it stands in its log" in proof.output
    assert run(app, ["study", "status", "none"]).exit_code == 2
