"""Cases on the disk: every correction comes back, two tabs lose nothing, what is deleted is gone but for its log."""

import hashlib
import json
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.cases import DRAFT_DAYS, Cases, clear_old
from core.cases.kept_case import joined, state_of
from core.model_reader.case import Case
from core.model_reader.changes import CaseFilm
from core.model_reader.review import CaseStatus
from core.radiograph import FilmNote, NoteKind, Radiograph
from core.store import StoreError
from core.svh import SITE_BY_SUFFIX, Limb, Side
from tests.pages.stub_reader import StubReader

EROSION, NARROWING = SITE_BY_SUFFIX["mcp_E__2"], SITE_BY_SUFFIX["mcp_J__2"]
DAY = date(2026, 3, 2)


def film(name: str) -> CaseFilm:
    pixels = np.random.default_rng(len(name)).random((40, 30), dtype=np.float32)
    note = FilmNote(NoteKind.CHILD, "The patient is under 18.")
    digest = hashlib.sha256(name.encode()).hexdigest()
    side = Side.L if "left" in name else None
    shot = Radiograph(pixels, name, digest, 0.15, limb_name=Limb.HAND, side_name=side, folder="a/b", notes=(note,))
    return CaseFilm(f"{digest[:16]}-0", shot, StubReader().read_film(shot)[0])


@pytest.fixture
def cases(tmp_path: Path) -> Cases:
    return Cases(tmp_path / "cases", "a secret of the browser")


@pytest.fixture
def case(cases: Cases) -> Case:
    """A case of two films with a correction of each kind, kept."""
    films = sorted((film("left.png"), film("unnamed.png")), key=lambda each: each.place)
    made = Case("UAB-017", films, visit_name="month 6", visit_date=DAY, reader="A. Bee")
    first, second = (each.key for each in made.films)
    made.set_points(first, EROSION, 4)
    made.set_points(first, NARROWING, None)
    made.set_side(second, Side.R)
    cases.keep(made)
    return made


def test_a_case_that_is_seen_beside_another_one_does_not_become_the_one_in_view(cases: Cases, case: Case) -> None:
    other = Case("UAB-017", [film("right.png")], visit_name="month 0")
    cases.keep(other)
    assert cases.current() == other.id
    seen = cases.look(case.id)
    assert seen.visit() == case.visit() and cases.current() == other.id
    with pytest.raises(StoreError, match="no such case"):
        cases.look("0" * 16)


def test_a_case_comes_back_with_every_correction(cases: Cases, case: Case) -> None:
    back = cases.open(cases.current())
    assert (back.id, back.title, back.reader) == (case.id, case.title, "A. Bee")
    assert back.changes == case.changes and back.visit() == case.visit()
    for was, now in zip(case.films, back.films, strict=True):
        assert was.found == now.found
        assert np.abs(was.radiograph.pixels - now.radiograph.pixels).max() < 1e-5
        assert (was.radiograph.name, was.radiograph.spacing_mm, was.radiograph.notes, was.radiograph.folder) == (
            now.radiograph.name, now.radiograph.spacing_mm, now.radiograph.notes, now.radiograph.folder,
        )  # fmt: skip


def test_two_tabs_lose_nothing(cases: Cases, case: Case) -> None:
    other = cases.open(case.id)
    first = case.films[0].key
    case.set_points(first, EROSION, 5)
    assert not cases.keep(case)
    other.set_points(first, SITE_BY_SUFFIX["pip_E__3"], 2)
    other.patient = "UAB-018"
    assert cases.keep(other)  # it took in what the first tab wrote
    assert cases.keep(case) and case.patient == "UAB-018"
    points = {site.suffix: value for (_, site), value in cases.open(case.id).changes.points.items()}
    assert points == {"mcp_E__2": 5, "mcp_J__2": None, "pip_E__3": 2}
    assert not cases.keep(case)


def test_what_was_taken_back_in_one_tab_stays_away() -> None:
    base = {"points a x": 1, "points a y": 2}
    assert joined(base, {"points a y": 2}, {"points a x": 1, "points a y": 3}) == {"points a y": 3}


def test_nobody_else_finds_it_and_its_folder_is_private(cases: Cases, case: Case, tmp_path: Path) -> None:
    other = Cases(tmp_path / "cases", "another browser")
    assert other.listed() == [] and other.current() == ""
    with pytest.raises(StoreError, match="no such case"):
        other.open(case.id)
    for name in ("../x", "", case.id + "/..", "0" * 16):
        with pytest.raises(StoreError, match="no such case"):
            cases.open(name)
    for folder in [tmp_path / "cases", *(f for f in (tmp_path / "cases").rglob("*") if f.is_dir())]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_list_tells_what_to_look_for(cases: Cases, case: Case) -> None:
    (row,) = cases.listed()
    assert (row.patient, row.visit_name, row.visit_date, row.films) == ("UAB-017", "month 6", DAY, 2)
    assert row.status is CaseStatus.SCORED and row.total.startswith(case.visit().totals["total"].points_words)
    assert row.found_by("uab 2026-03") and row.found_by("MONTH bee") and not row.found_by("uab-018")
    case.sign("A. Bee", DAY)
    cases.keep(case)
    assert cases.listed()[0].status is CaseStatus.REVIEWED


def test_what_is_deleted_is_gone_but_for_its_log_with_the_reason(cases: Cases, case: Case, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Say why"):
        cases.delete(case.id, "  ")
    cases.delete(case.id, "withdrew consent", who="A. Bee")
    left = [f for f in (tmp_path / "cases").rglob("*") if f.is_file() and f.name != "current"]
    assert [f.name for f in left] == ["log.jsonl"]
    assert cases.listed() == [] and cases.current() == ""
    last = cases.log(case.id)[-1]
    assert (last["action"], last["who"], last["what"]) == ("delete", "A. Bee", {"reason": "withdrew consent"})
    case.set_points(case.films[0].key, EROSION, 2)
    with pytest.raises(StoreError, match="was deleted"):  # in another tab that is still open
        cases.keep(case)


def test_the_log_tells_every_change_and_shows_when_it_was_altered(cases: Cases, case: Case, tmp_path: Path) -> None:
    case.set_points(case.films[0].key, EROSION, 5)
    cases.keep(case)
    assert cases.log(case.id)[-1]["what"] == {f"points {case.films[0].key} mcp_E__2": [4, 5]}
    (file,) = (tmp_path / "cases").rglob("log.jsonl")
    file.write_text(file.read_text().replace("[4,5]", "[4,3]"))
    with pytest.raises(StoreError, match="changed by something else"):
        cases.log(case.id)


def test_old_drafts_go_and_reviewed_cases_stay_longer(cases: Cases, case: Case, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert clear_old(tmp_path / "cases", now=now + timedelta(days=DRAFT_DAYS - 1)) == 0
    signed = cases.open(case.id)
    signed.sign("A. Bee", DAY)
    cases.keep(signed)
    assert clear_old(tmp_path / "cases", now=now + timedelta(days=DRAFT_DAYS + 1)) == 0
    assert clear_old(tmp_path / "cases", now=now + timedelta(days=500)) == 1
    assert cases.listed() == [] and not list((tmp_path / "cases").rglob("*.png"))
    assert clear_old(tmp_path / "nowhere", now=now) == 0


@pytest.mark.parametrize("damage", [b"", b"{", b'{"state": {}}', b'{"state": {"patient": 3}}', b"[]"])
def test_a_damaged_case_is_told_in_words(cases: Cases, case: Case, tmp_path: Path, damage: bytes) -> None:
    (file,) = (tmp_path / "cases").rglob("case.json")
    file.write_bytes(damage)
    with pytest.raises(StoreError, match="changed by something else"):
        cases.open(case.id)


def test_a_changed_picture_is_told_in_words(cases: Cases, case: Case, tmp_path: Path) -> None:
    picture = next((tmp_path / "cases").rglob("*.png"))
    picture.write_bytes(b"nothing")
    with pytest.raises(StoreError, match="was changed"):
        cases.open(case.id)


def test_no_study_id_of_the_file_is_kept(cases: Cases, case: Case, tmp_path: Path) -> None:
    from core.radiograph import FileLabels

    case.labels = FileLabels("SECRET-77", DAY)
    case.reader = "B"
    cases.keep(case)
    assert all(b"SECRET" not in f.read_bytes() for f in (tmp_path / "cases").rglob("*") if f.is_file())
    assert json.dumps(state_of(case)).count("SECRET") == 0
