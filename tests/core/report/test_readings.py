import json
from dataclasses import replace

import numpy as np

from core.cohort.ra2_table import read_table
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
from core.report.readings import film_row
from core.svh import SITES, Limb, Side


def scored(side: Side, points: int | None) -> FilmReading:
    cells = tuple(ScoredCell(site, points, 0.0, 2.0, 1.1) for site in SITES[Limb.HAND])
    return FilmReading(
        f"P1-{side.value}H.jpg", "1" * 64, FilmStatus.SCORED, None, "", 400, 500, Limb.HAND, side, "name",
        parts=(FoundPart("thumb", (10.0, 20.0, 100.0, 200.0), 0.9),), joints=(FoundJoint("MCP2", 50.0, 60.0, 0.8),), cells=cells,
    )  # fmt: skip


def test_the_json_has_films_visits_totals_and_what_is_missing() -> None:
    visit = VisitReading("P1", (scored(Side.L, 1), scored(Side.R, None)))
    text = readings_json([visit], {"set": "compact"}, [FilmError("empty", "the file is empty.", "x.dcm")])
    whole = json.loads(text)
    row = whole["visits"][0]
    assert whole["version"] == 1 and [f["status"] for f in whole["films"]] == ["scored", "scored", "refused"]
    assert whole["films"][0]["erosion"] == 16 and whole["films"][0]["jsn"] == 15 and whole["films"][0]["missing"] == []
    assert whole["films"][1]["erosion"] == 0 and len(whole["films"][1]["missing"]) == 31
    assert (row["erosion"], row["jsn"], row["hands"], row["feet"], row["total"], row["sens"]) == (16, 15, 31, 0, 31, 31)
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
