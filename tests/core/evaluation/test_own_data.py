"""`evaluate --data` on small phantom films in the sets' layouts, with a reader whose answers are known."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.__main__ import app
from core.cohort.ra2_table import read_table
from core.evaluation.own_data import evaluate_own, parse_data
from core.model_reader import FilmReading, FilmStatus, ModelReader, ScoredCell, VisitReading
from core.phantom.writing import write_cohort
from core.radiograph import Radiograph
from core.svh import SITES, Limb, Side


class TruthReader:
    """Gives the true points, one more for erosion of the site `mcp_E__2` where that is allowed.

    Refuses names it is told.
    """

    def __init__(self, folder: Path, refuses: str = "-") -> None:
        self.weights, self.cards, self.refuses = "stub", (), refuses
        self.truth = read_table((folder / "training.csv").read_text())

    def read_film(self, film: Radiograph, *, slot: object = None, force: bool = False) -> tuple[FilmReading, ...]:
        patient, letters = film.name.removesuffix(".jpg").rsplit("-", 1)
        side, limb = Side(letters[0]), Limb.HAND if letters[1] == "H" else Limb.FOOT
        points = self.truth[patient].points
        cells = []
        for site in SITES[limb]:
            value = min(site.maximum, (points[side, site] or 0) + (site.suffix == "mcp_E__2"))
            cells.append(ScoredCell(site, value, float(value), float(value), float(value)))
        status = FilmStatus.REFUSED if film.name == self.refuses else FilmStatus.SCORED
        size = (film.width_px, film.height_px)
        return (FilmReading(film.name, film.sha256, status, None, "too dark", *size, limb, side, cells=tuple(cells)),)

    def read_visit(self, films: list[Radiograph], *, patient: str, slots: object = None) -> VisitReading:
        return VisitReading(patient, tuple(reading for film in films for reading in self.read_film(film)))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, 3, 11, mm_per_px=0.5, log=lambda _: None)
    return folder


def test_ra2_gives_the_figures_of_the_phantoms(cohort: Path) -> None:
    told: list[str] = []
    results = evaluate_own("ra2", cohort, reader=TruthReader(cohort), log=told.append)  # type: ignore[arg-type]
    truth = read_table((cohort / "training.csv").read_text())
    grown = {
        p: sum((r.points[s, site] or 0) < 5 for s, site in r.points if site.suffix == "mcp_E__2")
        for p, r in truth.items()
    }
    assert results["own_films"] == {"visits": 3, "films": 12, "films_refused": 0}
    assert results["own_sites"]["cells"] == 3 * 86 and results["own_sites"]["jsn_site_rmse"] == 0
    assert results["own_totals"]["total_bias"] == pytest.approx(sum(grown.values()) / 3, abs=0.01)
    rows = {row["patient"]: row for row in results["own_visits"]}
    for patient, reading in truth.items():
        assert (rows[patient]["truth"], rows[patient]["points"]) == (reading.svh, reading.svh + grown[patient])
    assert any(line.startswith("own_sites: {") for line in told)
    json.dumps(results, allow_nan=False)


def test_a_refused_film_is_told_counted_and_left_out_of_both_sums(cohort: Path) -> None:
    told: list[str] = []
    name = next(cohort.glob("*-LH.jpg")).name
    reader = TruthReader(cohort, refuses=name)
    results = evaluate_own("ra2", cohort, reader=reader, log=told.append)  # type: ignore[arg-type]
    assert results["own_films"]["films_refused"] == 1 and results["own_sites"]["cells"] == 3 * 86 - 31
    assert f"refused {name}: too dark" in told


def test_hands_are_set_against_each_reader_and_the_readers_against_each_other(cohort: Path) -> None:
    truth = read_table((cohort / "training.csv").read_text())
    rows = [f"{p},{p}-LH.jpg,{p}-RH.jpg,{min(280, r.hands + 4)},{r.hands},1" for p, r in truth.items()]
    first = next(iter(truth))
    rows.append(f"{first},{first}-LH.jpg,{first}-RH.jpg,200,0,2")  # a second visit must not count its patient twice
    table = cohort / "scores.csv"
    table.write_text("\n".join(["patient,left,right,reader_1,reader_2,visit", *rows]) + "\n")
    results = evaluate_own("anhui", cohort, reader=TruthReader(cohort), log=lambda _: None)  # type: ignore[arg-type]
    assert results["own_films"] == {"visits": 4, "films": 8, "films_refused": 0}
    assert (
        results["reader_1_vs_reader_2"]["patients"] == 3
        and results["reader_1_vs_reader_2"]["bias"] == -4
        and results["reader_1_vs_reader_2"]["rmse"] == 4
    )
    model = [row["sum_over_joints"] for row in results["own_visits"] if row["visit"] == "1"]
    bias = sum(m - r.hands for m, r in zip(model, truth.values(), strict=True)) / 3
    assert results["sum_vs_reader_2"]["bias"] == pytest.approx(bias, abs=0.01)
    assert results["sum_vs_mean"]["bias"] == pytest.approx(bias - 2, abs=0.01)
    assert "own_sites" not in results


def test_the_command_says_what_is_wrong_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelReader, "open", lambda weights: None)
    run = CliRunner().invoke
    unknown = run(app, ["evaluate", "--data", "dream=x"])
    assert unknown.exit_code == 2 and "NAME is one of ra2, ram-h1200, ram-w600, anhui; not 'dream=x'" in unknown.output
    empty = run(app, ["evaluate", "--data", f"ra2={tmp_path}"])
    assert empty.exit_code == 2 and "has no CSV table with the column Patient_ID" in empty.output
    mixed = run(app, ["evaluate", "study", "--data", f"ra2={tmp_path}"])
    assert mixed.exit_code == 2 and "--data goes with --weights and --out only" in mixed.output
    assert parse_data("anhui=a=b") == ("anhui", Path("a=b"))
