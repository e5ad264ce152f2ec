"""What a film's file says and how it was read goes into every result: JSON, command line, PDF and DICOM report."""

import json
from dataclasses import replace
from pathlib import Path

from core.model_reader import Flag, FlagCode
from core.model_reader.sides import NOT_CONFIRMED
from core.radiograph import FilmError, FilmNote, NoteKind
from core.report import VisitReport, readings_json, structured_report, visits_pdf
from core.report.summary import visit_summary
from tests.core.report.test_pdf import words
from tests.core.report.visits import reading_of, report_of

NOTES = (
    FilmNote(NoteKind.CHILD, "The file says the patient is under 18: outside the intended use."),
    FilmNote(NoteKind.FOR_PROCESSING, "The film is raw (FOR PROCESSING), not prepared for display."),
    FilmNote(NoteKind.BURNED_IN_TEXT, "Text is burned into the picture: check it for names before you share it."),
)


def noted() -> VisitReport:
    report = report_of(reading_of(1))
    first = replace(report.visit.films[0], notes=NOTES, folder="disc/SE000001")
    return replace(report, visit=replace(report.visit, films=(first, *report.visit.films[1:])))


def test_json_holds_kind_and_sentence_with_folder_and_visit() -> None:
    refused = FilmError("damaged", "the file is damaged.", "IM1", "disc/SE000002", "P1")
    rows = json.loads(readings_json([noted().visit], {}, [refused]))["films"]
    assert rows[0]["notes"] == [{"kind": note.kind.value, "text": note.text} for note in NOTES]
    assert (rows[0]["folder"], rows[0]["visit"]) == ("disc/SE000001", "P1")
    assert (rows[-1]["folder"], rows[-1]["visit"], rows[-1]["notes"]) == ("disc/SE000002", "P1", [])


def test_the_command_line_names_film_and_folder() -> None:
    lines = list(visit_summary(noted().visit, [FilmError("damaged", "the file is damaged.", "IM1", "disc/SE000002")]))
    assert all(any(f"disc/SE000001/Secret_Name.dcm: {note.text}" in line for line in lines) for note in NOTES)
    assert lines[-1] == "  refused disc/SE000002/IM1: the file is damaged."


def test_the_pdf_holds_them_without_the_name_of_the_file(tmp_path: Path) -> None:
    text = words(visits_pdf([noted()]), tmp_path, "-raw")
    assert all(note.text in text for note in NOTES) and "Secret" not in text and "disc" not in text


def test_the_structured_report_holds_them_without_the_name_of_the_file() -> None:
    made, _ = structured_report(noted())
    texts = [item.TextValue for item in made.ContentSequence if item.ValueType == "TEXT"]
    assert all(f"Film 1: {note.text}" in texts for note in NOTES)
    assert not any("Secret" in text or "disc" in text for text in texts)


def test_a_side_that_only_the_anatomy_tells_is_said_in_json_command_line_and_report() -> None:
    report = report_of(reading_of(1))
    flag = Flag(FlagCode.SIDE_NOT_CONFIRMED, NOT_CONFIRMED)
    unsure = replace(report.visit.films[0], side_source="anatomy", flags=(flag,))
    report = replace(report, visit=replace(report.visit, films=(unsure, *report.visit.films[1:])))
    rows = json.loads(readings_json([report.visit], {}))["films"]
    assert [row["side_confirmed"] for row in rows] == [False, True, True, True]
    assert any("side not confirmed" in line for line in visit_summary(report.visit))
    made, captures = structured_report(report)
    texts = [item.TextValue for item in made.ContentSequence if item.ValueType == "TEXT"]
    assert f"Film 1: {NOT_CONFIRMED}" in texts
    assert "Laterality" not in captures[unsure.sha256]
    assert all("Laterality" in capture for digest, capture in captures.items() if digest != unsure.sha256)
