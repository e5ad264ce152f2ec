"""The files of a result, byte for byte: programs of others read them, so that no tidying up may change a letter.

Where a change is wanted, `python -m tests.core.report.test_same_bytes` writes them anew, and the change is told.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from core.model_reader import (
    FilmReading,
    FilmStatus,
    Flag,
    FlagCode,
    FoundJoint,
    FoundPart,
    Refusal,
    ScoredCell,
    Unscored,
    VisitReading,
)
from core.radiograph.film import FilmError, FilmNote, NoteKind
from core.report import readings_csv, readings_json
from core.svh import SITES, Limb, Side, Site

HERE = Path(__file__).parent
WEIGHTS = {"set": "compact", "files": {"compact_joint_scorer": "5" * 64}}


def _cell(number: int, site: Site) -> ScoredCell:
    if number == 2:
        return ScoredCell(site, None, None, None, None, unscored=Unscored.NOT_CLEAR)
    points = number % (site.maximum + 1)
    return ScoredCell(site, points, max(0.0, points - 1.25), min(float(site.maximum), points + 1.5), points + 0.125)


def _film(limb: Limb, side: Side) -> FilmReading:
    sites = SITES[limb]
    return FilmReading(
        f"Müller {side}{limb[0]}.png", f"{side}{limb[0]}".ljust(64, "0"), FilmStatus.SCORED, None, "", 400, 500, limb,
        side, "name", folder="export/P1", turned_deg=-12.5,
        parts=(FoundPart("wrist", (10.5, 20.0, 100.0, 200.0), 0.9),),
        joints=tuple(FoundJoint(joint, 30.0 + n, 40.25, 0.8) for n, joint in enumerate({s.joint: 0 for s in sites})),
        cells=tuple(_cell(number, site) for number, site in enumerate(sites)),
        flags=(Flag(FlagCode.SMALL_LIMB, "The hand is small."),),
        notes=(FilmNote(NoteKind.PAGE, "Page 1 of 2 was read."),),
    )  # fmt: skip


def result() -> dict[str, str]:
    """The files of two visits: one whole, one with a refused film, a second hand and a side that is not confirmed."""
    whole = VisitReading("P1", tuple(_film(limb, side) for limb in Limb for side in Side))
    hand = _film(Limb.HAND, Side.L)
    again = replace(hand, flags=(Flag(FlagCode.SAME_LIMB_AND_SIDE, "The second left hand."),), region=(0, 0, 9, 9))
    knee = FilmReading("knee.png", "7" * 64, FilmStatus.REFUSED, Refusal.NO_LIMB, "This is no hand or foot.", 90, 80)
    unsure = replace(_film(Limb.FOOT, Side.R), side=None, side_source="")
    part = VisitReading("=P2", (hand, again, knee, unsure))
    refused = [FilmError("empty", "the file is empty.", "x.dcm")]
    cases = {"P1": {"visit": "month 6", "reader": "Ann", "status": "reviewed"}}
    return {
        "readings.json": readings_json([whole, part], WEIGHTS, refused, cases=cases),
        "readings.csv": readings_csv([whole, part], cases),
    }


@pytest.mark.parametrize("name", ["readings.json", "readings.csv"])
def test_the_files_keep_every_byte(name: str) -> None:
    assert result()[name].encode() == (HERE / f"same_bytes.{name}").read_bytes()


if __name__ == "__main__":
    for file, text in result().items():
        (HERE / f"same_bytes.{file}").write_bytes(text.encode())
