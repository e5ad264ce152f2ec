"""Small inputs that once failed, as people really send them: each is opened and grouped as its sender expects."""

from pathlib import Path

import numpy as np
import pytest

from core.radiograph import Fault, NoteKind, decode_film, expand, group_visits

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not beside the project")


@pytest.mark.parametrize(
    ("file", "shape", "kinds"),
    [
        ("blue_tinted_phone_photo/p02_tint_blue.jpg", (1050, 800), {NoteKind.COLOUR}),
        ("png16_narrow_range/film16.png", (375, 300), {NoteKind.GREY_SCALE}),
        ("tiff_second_page_thumbnail/film_with_preview.tif", (375, 300), {NoteKind.PAGE}),
        ("number_of_frames_zero/frames0.dcm", (1141, 784), set()),
        ("pixel_spacing_single_value/pixelspacing_one_value.dcm", (1141, 784), {NoteKind.SPACING}),
        ("jpeg_dicom_without_end_delimiter/zeros_instead_of_delimiter.dcm", (1141, 784), {NoteKind.STORAGE}),
        ("transfer_syntax_disagrees_with_pixels/ts_jpegll_but_native.dcm", (571, 392), {NoteKind.STORAGE}),
        ("non_square_pixels/g23b_aspect_1.25.zip", (750, 600), {NoteKind.PIXEL_ASPECT}),
        (
            "notes_never_leave_the_page/IM000001", (1141, 784),
            {NoteKind.CHILD, NoteKind.FOR_PROCESSING, NoteKind.BURNED_IN_TEXT},
        ),
    ],
)  # fmt: skip
def test_a_film_that_can_be_read_is_read_and_what_was_done_is_said(
    file: str, shape: tuple[int, int], kinds: set[NoteKind]
) -> None:
    (entry,), errors = expand([CASES / file])
    film = entry.open()
    assert errors == [] and film.pixels.shape == shape
    assert {note.kind for note in film.notes} - {NoteKind.COMPRESSION} == kinds
    low, high = np.percentile(film.pixels, (1, 99))
    assert high - low > 0.3


@pytest.mark.parametrize(
    ("source", "visits", "lines"),
    [
        ("pacs_cd_series_folders/cd_series_folders.zip", {"cd_series_folders": 4}, 1),
        ("numbered_names_read_as_patients/visit", {"visit": 4}, 1),
        ("ra2_names_ignore_folder_dates/hands2020_feet2022", {"P1 (2020)": 2, "P1 (2022)": 2}, 1),
        ("ra2_names_ignore_folder_dates/left2020_right2022", {"P1 (2020)": 1, "P1 (2022)": 1}, 1),
        ("ra2_names_ignore_folder_dates/same_id_two_sites", {"001 (SiteA)": 1, "001 (SiteB)": 1}, 1),
        ("two_patients_one_folder", {"two_patients_one_folder": 2, "two_patients_one_folder (2)": 2}, 1),
        ("two_studies_one_folder", {"two_studies_one_folder": 2, "two_studies_one_folder (2)": 2}, 1),
        ("refusals_without_folder_same_names", {"refusals_without_folder_same_names": 3}, 1),
        ("zip64_small_refused/zip64_forced.zip", {"P1": 4}, 0),
        ("zip_backslash_folders/backslash.zip", {"Export": 4}, 0),
        ("zip_cd_with_viewer_600_files/cd_600_viewer_files.zip", {"cd_600_viewer_files": 1}, 0),
        ("page_wall_of_refusals_cd_300_files/cd_300.zip", {"cd_300": 1}, 0),
        ("zip_one_compressible_member_kills_all/cd_white_splash_bmp.zip", {"cd_white_splash_bmp": 4}, 1),
        ("zip_shift_jis_names_film_lost/sjis.zip", {"田中ソ": 2}, 0),
        ("zip_utf8_or_cp1252_names_garbled/umlaut_cp1252.zip", {"Müller": 1}, 0),
    ],
)
def test_films_belong_together_as_their_sender_meant(source: str, visits: dict[str, int], lines: int) -> None:
    entries, errors = expand([CASES / source])
    found, said = group_visits(entries)
    assert {visit.name: len(visit.entries) for visit in found} == visits and len(said) == lines
    assert all(entry.open().folder == entry.folder for entry in entries)
    assert {error.code for error in errors} <= {Fault.SKIPPED, Fault.FILE_TYPE}


def test_every_refusal_names_its_folder() -> None:
    _, errors = expand([CASES / "zip_one_compressible_member_kills_all" / "cd_white_splash_bmp.zip"])
    assert "cd_white_splash_bmp/VIEWER/splash.bmp" in {error.where for error in errors}


def test_the_word_for_foot_is_read_in_the_senders_alphabet() -> None:
    (entry,), _ = expand([CASES / "zip_utf8_or_cp1252_names_garbled" / "umlaut_cp1252.zip"])
    film = decode_film(entry.data, entry.name)
    assert (film.name, str(film.limb_name), str(film.side_name)) == ("Fuß_links.dcm", "FOOT", "L")
