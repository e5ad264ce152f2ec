import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from core.model_reader import Flag, FlagCode
from core.report import VisitReport, visits_pdf
from core.svh import INTENDED_USE, SITES, Limb, Reading, Side
from tests.core.report.visits import reading_of, report_of

FULL = Reading({(side, site): site.maximum for limb in Limb for side in Side for site in SITES[limb]})


def words(pdf: bytes, folder: Path, order: str = "-layout") -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (Debian package poppler-utils) is not installed")
    (folder / "report.pdf").write_bytes(pdf)
    command = ["pdftotext", order, str(folder / "report.pdf"), "-"]
    return " ".join(subprocess.run(command, capture_output=True, check=True, text=True).stdout.split())


def test_the_same_state_gives_the_same_bytes_and_another_state_others() -> None:
    assert visits_pdf([report_of(reading_of(1))]) == visits_pdf([report_of(reading_of(1))])
    assert visits_pdf([report_of(reading_of(1))]) != visits_pdf([report_of(reading_of(2))])


def test_the_page_holds_totals_with_maxima_and_the_intended_use(tmp_path: Path) -> None:
    text = words(visits_pdf([report_of(FULL)]), tmp_path)
    for part in (
        "448 of 448",
        "280 of 280",
        "168 of 168",
        "86 of 86",
        INTENDED_USE,
        "Case P1",
        "2026-03-02",
        "compact",
    ):
        assert part in text


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "Dvořák Jiří", "Şahin Ağaoğlu Iğd\u0131r", "Αλέξης Ψωμάς", "Николай Щукин"]
)
def test_names_are_printed_in_their_letters_and_the_visit_as_typed(name: str, tmp_path: Path) -> None:
    text = words(visits_pdf([report_of(FULL, patient=name, visit_text="2026-02-11")]), tmp_path)
    assert f"Case {name} · visit 2026-02-11" in text


def test_a_letter_that_cannot_be_set_is_a_question_mark_and_no_visit_is_no_word(tmp_path: Path) -> None:
    text = words(visits_pdf([report_of(FULL, patient="A 患 ع")]), tmp_path)
    assert "Case A ? ? Read by the model" in text


def with_films(films: int, pictures: int) -> VisitReport:
    """A report of left hands, the first `pictures` of them with pixels."""
    report = report_of(Reading({(Side.L, site): 1 for site in SITES[Limb.HAND]}))
    shot = next(iter(report.pixels.values()))
    digests = [f"{n:064x}" for n in range(films)]
    visit = replace(report.visit, films=tuple(replace(report.visit.films[0], sha256=digest) for digest in digests))
    return replace(report, visit=visit, pixels={d: shot * (1 - n / 40) for n, d in enumerate(digests[:pictures])})


@pytest.mark.parametrize(
    ("films", "pictures", "left_out"), [(4, 4, 0), (5, 5, 0), (12, 12, 0), (15, 15, 3), (3, 1, 2), (1, 0, 1)]
)
def test_every_film_is_pictured_or_said_to_be_without_a_picture(
    films: int, pictures: int, left_out: int, tmp_path: Path
) -> None:
    pdf = visits_pdf([with_films(films, pictures)])
    text = words(pdf, tmp_path)
    assert pdf.count(b"/Subtype /Image") == films - left_out
    assert text.count("Left hand, not counted") == max(films - left_out - 1, 0)
    said = {0: "", 1: "Left hand."}.get(left_out, f"Left hand ({left_out}).")
    assert (f"Without a picture on this page: {said}" in text) == bool(left_out)


def test_missing_edited_and_flagged_sites_are_said(tmp_path: Path) -> None:
    cell = (Side.L, SITES[Limb.HAND][1])
    hand = Reading({(Side.L, site): None if site.suffix == "mcp_J__3" else 1 for site in SITES[Limb.HAND]})
    text = words(visits_pdf([report_of(hand, edited=frozenset({cell}))]), tmp_path)
    assert "Not scorable (NS): 1 site. Not clear: L MCP 3 JSN" in text
    assert "Without a film: L foot, R foot, R hand." in text
    assert "1*" in text and "1 site changed by a person" in text
    assert "The wrist is near the edge." in text


def test_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    nothing = report_of(Reading({cell: None for cell in FULL.points}), edited=frozenset(FULL.points))
    text = words(visits_pdf([nothing]), tmp_path, "-raw")
    listed = re.search(r"86 sites\. (.*?) \.\.\. and (\d+) more \(all in the JSON\)", text)
    assert listed and listed[1].count(",") + 1 + int(listed[2]) == 86
    assert "did not fit" not in text

    flags = tuple(
        Flag(FlagCode.SMALL_LIMB, f"Flag {n} says that something about this film is not as it should be, at length.")
        for n in range(9)
    )
    films = tuple(replace(film, flags=flags) for film in nothing.visit.films)
    text = words(visits_pdf([replace(nothing, visit=replace(nothing.visit, films=films))]), tmp_path, "-raw")
    left = re.search(r"(\d+) more notes did not fit on this page", text)
    heads = ("Not scorable (NS)", "Without a film", "86 sites changed by a person; all", "Flags.", "Method:")
    assert left and int(left[1]) == sum(head not in text for head in heads) > 0


def test_every_page_has_the_line_and_no_file_name(tmp_path: Path) -> None:
    text = words(visits_pdf([report_of(FULL), report_of(reading_of(3), patient="P2")]), tmp_path)
    assert text.count(INTENDED_USE) == 2 and "2 of 2" in text and "Secret" not in text


@pytest.mark.parametrize("name", ["<b>x", "a&b;\n\x00", "\u202egnp", "(\\) Tj ET", "患者", "x" * 4000])
def test_hostile_names_make_a_page_all_the_same(name: str, tmp_path: Path) -> None:
    assert "448 of 448" in words(visits_pdf([report_of(FULL, patient=name)]), tmp_path)


def test_a_side_that_only_the_anatomy_tells_is_said_until_a_person_confirms_it(tmp_path: Path) -> None:
    report = report_of(Reading({(Side.L, site): 1 for site in SITES[Limb.HAND]}))
    open_side = replace(report.visit.films[0], side_source="anatomy")
    for film, said in ((open_side, True), (open_side.on_side(Side.L), False)):
        text = words(visits_pdf([replace(report, visit=replace(report.visit, films=(film,)))]), tmp_path, "-raw")
        assert ("Side not confirmed: Left hand." in text) is said
        assert ("Left hand, side not confirmed" in text) is said


def test_no_visit_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one visit"):
        visits_pdf([])


def test_totals_have_their_interval_and_say_what_is_missing(tmp_path: Path) -> None:
    hand = Reading({(Side.L, site): 1 for site in SITES[Limb.HAND]})
    report = report_of(hand)
    film = report.visit.films[0]
    film = replace(film, cells=tuple(replace(cell, low=0.0, high=2.0) for cell in film.cells))
    text = words(visits_pdf([replace(report, visit=replace(report.visit, films=(film,)))]), tmp_path, "-raw")
    # 31 sites of half width 1: the root of 31 is 5.6.
    for part in ("SvH 31† of 448 (25\N{EN DASH}37)", "Feet \N{EN DASH}† of 168", "SvH 55 of 86, Erosion 28 of 44"):
        assert part in text
    assert "† Incomplete: sites without points." in text
