import json
from dataclasses import replace

import numpy as np

from core.cohort.ra2_table import read_table
from core.measure import JointWidth, Unmeasured
from core.model_reader import (
    FilmReading,
    FilmStatus,
    Flag,
    FlagCode,
    FoundJoint,
    FoundPart,
    ScoredCell,
    Unscored,
    VisitReading,
)
from core.radiograph.film import FilmError
from core.report import overlay_picture, readings_csv, readings_json
from core.report.readings import film_row, visit_row
from core.report.summary import visit_summary
from core.svh import SITES, Limb, Side


def scored(side: Side, points: int | None) -> FilmReading:
    cells = tuple(ScoredCell(site, points, 0.0, 2.0, 1.1) for site in SITES[Limb.HAND])
    return FilmReading(
        f"P1-{side.value}H.jpg", "1" * 64, FilmStatus.SCORED, None, "", 400, 500, Limb.HAND, side, "name",
        parts=(FoundPart("thumb", (10.0, 20.0, 100.0, 200.0), 0.9),), joints=(FoundJoint("MCP2", 50.0, 60.0, 0.8),),
        cells=cells,
    )  # fmt: skip


def test_the_json_has_films_visits_totals_and_what_is_missing() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.R, None)))
    text = readings_json([visit], {"set": "compact"}, [FilmError("empty", "the file is empty.", "x.dcm")])
    whole = json.loads(text)
    row = whole["visits"][0]
    assert whole["version"] == 1 and [f["status"] for f in whole["films"]] == ["scored", "scored", "refused"]
    assert whole["films"][0]["erosion"] == 16 and whole["films"][0]["jsn"] == 15 and whole["films"][0]["missing"] == []
    assert whole["films"][1]["erosion"] is None and len(whole["films"][1]["missing"]) == 31
    assert (row["erosion"], row["jsn"], row["hands"], row["feet"], row["total"], row["sens"]) == (
        16,
        15,
        31,
        None,
        31,
        31,
    )
    assert len(row["missing"]) == 31 + 24 and "RH_mcp_J__2" in row["missing"] and "LH_mcp_J__2" not in row["missing"]
    assert text == readings_json([visit], {"set": "compact"}, [FilmError("empty", "the file is empty.", "x.dcm")])


def test_the_table_reads_back_as_the_reading() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.R, None)))
    assert read_table(readings_csv([visit]))["P1"] == visit.reading


def test_the_second_film_of_a_hand_does_not_count() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.L, 2)))
    assert visit.reading.svh == 31


def test_the_overlay_draws_on_the_joint() -> None:
    picture = np.asarray(overlay_picture(np.zeros((500, 400), np.float32), (scored(Side.L, 1),)))
    assert picture.shape == (500, 400, 3)
    assert picture[55:66, 45:56].max() > 200 and picture[300:, 200:].max() == 0


def test_doubts_and_reasons_have_a_code_beside_their_words() -> None:
    film = scored(Side.R, None)
    cells = (replace(film.cells[0], unscored=Unscored.NOT_ON_FILM), *film.cells[1:])
    film = replace(film, cells=cells, flags=(Flag(FlagCode.SMALL_LIMB, "It is small."),))
    row = film_row(film)
    assert (row["flags"], row["flag_codes"], row["code"]) == (["It is small."], ["small_limb"], "")
    assert [cell["unscored"] for cell in row["cells"][:2]] == ["not_on_film", "not_clear"]
    assert film_row(scored(Side.R, 1))["cells"][0]["unscored"] is None


def test_a_visit_with_nothing_scored_has_no_total_in_any_file() -> None:
    visit = VisitReading("P1", (replace(scored(Side.L, None), status=FilmStatus.REFUSED, reason="Too dark."),))
    row = visit_row(visit)
    assert [row[key] for key in ("total", "erosion", "jsn", "hands", "feet", "sens")] == [None] * 6
    assert row["totals"]["total"] == {
        "points": None, "low": None, "high": None, "maximum": 448, "missing": 86, "sites": 86, "incomplete": True,
    }  # fmt: skip
    patient, total, erosion, jsn, *_ = readings_csv([visit]).splitlines()[1].split(",")
    assert (patient, total, erosion, jsn) == ("P1", "", "", "")
    assert read_table(readings_csv([visit]))["P1"].svh is None
    assert next(visit_summary(visit)) == (
        "P1: SvH \N{EN DASH} of 448, incomplete: 86 of 86 sites without points; erosion \N{EN DASH}, JSN \N{EN DASH}, "
        "hands \N{EN DASH}, feet \N{EN DASH}"
    )


def test_a_total_without_the_feet_says_that_it_is_incomplete() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.R, 1)))
    assert visit_row(visit)["totals"]["total"]["incomplete"] and not visit_row(visit)["totals"]["hands"]["incomplete"]
    assert "62 of 448" in next(visit_summary(visit)) and "incomplete: 24 of 86 sites" in next(visit_summary(visit))


def test_every_total_of_the_command_line_has_its_interval() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.R, 1)))
    # 32 cells of erosion, 30 of narrowing, each 1 +- 1 point: 32 +- 5.7, 30 +- 5.5, 62 +- 7.9, rounded outwards.
    said = next(visit_summary(visit)).replace("\N{EN DASH}", "-")
    assert said.startswith("P1: SvH 62 of 448 (54-70), ")
    assert said.endswith("; erosion 32 (26-38), JSN 30 (24-36), hands 62 (54-70), feet -")


def test_the_json_holds_joint_spaces_and_why_one_is_not_measured() -> None:
    spaces = (
        JointWidth("MCP2", None, 11.5, 1.5, 1.1, 1.9, 1.2, 1.6, 1.4, ((1.0, 2.0),), ((1.0, 9.0),)),
        JointWidth("PIP2", Unmeasured.FLEXED),
    )
    first, second = film_row(replace(scored(Side.L, 1), widths=spaces))["joint_spaces"]
    assert (first["joint"], first["mean_mm"], first["minimum_mm"], first["near"]) == ("MCP2", 1.5, 1.2, [[1.0, 2.0]])
    assert first["unmeasured"] is None
    assert second["unmeasured"] == "flexed" and second["mean_mm"] is None and second["far"] == []
    json.dumps([first, second], allow_nan=False)
