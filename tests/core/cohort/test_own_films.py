"""Loaders on tiny folders in each set's layout, and what they say of a broken one."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.cohort.anhui_films import anhui_films
from core.cohort.chexpert_films import FINDINGS, chexpert_films
from core.cohort.own_films import OwnFilm
from core.cohort.ra2_films import ra2_films
from core.cohort.ra2_table import write_table
from core.cohort.ram_films import H1200_SITES, W600_SITES, ram_h1200_films, ram_w600_films
from core.svh import FOOT_JSN, HAND_EROSION, HAND_JSN, SITE_BY_SUFFIX, SITES, Limb, Reading, Side


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.random.default_rng(seed).integers(0, 255, (200, 150), np.uint8))
    return path


@pytest.fixture
def ra2(tmp_path: Path) -> Path:
    hands = {(side, site): 1 for side in Side for site in SITES[Limb.HAND]}
    foot = {(Side.L, site): 2 for site in SITES[Limb.FOOT]}
    (tmp_path / "training.csv").write_text(write_table({"UAB1": Reading(hands), "UAB2": Reading(foot)}))
    for name in ("UAB1-LH", "UAB1-RH", "UAB2-LF"):
        picture(tmp_path / f"{name}.jpg")
    (tmp_path / "boxes.csv").write_text("file,part\n")
    return tmp_path


def test_ra2_gives_each_limb_its_own_points(ra2: Path) -> None:
    films = list(ra2_films(ra2))
    assert [(f.patient, f.limb, f.side) for f in films] == [
        ("UAB1", Limb.HAND, Side.L), ("UAB1", Limb.HAND, Side.R), ("UAB2", Limb.FOOT, Side.L),
    ]  # fmt: skip
    assert films[0].reading and films[0].reading.svh == 31 and {side for side, _ in films[0].reading.points} == {Side.L}
    assert films[2].reading and films[2].reading.jsn == 2 * len(FOOT_JSN)
    assert films[0].pixels().shape == (200, 150)


def test_ra2_is_lazy_and_names_the_film_that_is_not_there(ra2: Path) -> None:
    (ra2 / "UAB2-LF.jpg").unlink()
    films = ra2_films(ra2)
    assert next(films).patient == "UAB1"
    with pytest.raises(ValueError, match=r"training.csv, patient UAB2: the film 'UAB2-LF.jpg' is not in"):
        list(films)


def test_ra2_names_file_row_column_and_value(ra2: Path) -> None:
    text = (ra2 / "training.csv").read_text().replace("UAB1,", "../UAB1,")
    (ra2 / "training.csv").write_text(text)
    with pytest.raises(ValueError, match="is not in the folder"):
        list(ra2_films(ra2))
    (ra2 / "training.csv").write_text(text.replace(",1,", ",x,", 1))
    with pytest.raises(ValueError, match=r"training.csv: row 2: LH_mcp_E__ip holds 'x'"):
        list(ra2_films(ra2))
    (ra2 / "second.csv").write_text(text)
    with pytest.raises(ValueError, match=r"both second.csv and training.csv"):
        list(ra2_films(ra2))


H1200_FILM = "JP_SCGH_P0029_20121201_5835_L"


@pytest.fixture
def h1200(tmp_path: Path) -> Path:
    for kind, name, points in (
        ("BE", "be", {"BE_R": 1, "BE_MCP-T": 5, "BE_PIP-S": 2, "BE_Tm": 3, "BE_CMC-T": 0}),
        ("JSN", "jsn", {"JSN_MCP-I": 4, "JSN_PIP-R": 3, "JSN_CMC-S": 2, "JSN_STT": 1, "JSN_SC": 0, "JSN_SR": 4}),
    ):
        split = tmp_path / "SvdH_Scoring" / f"SvdH_{kind}_Scoring" / "test"
        picture(split / H1200_FILM / "R.bmp")  # a close-up, no film
        (split / f"_annotation_{name}_scores.json").write_text(json.dumps({f"{H1200_FILM}.bmp": points}))
    picture(tmp_path / "Segmentation" / "masks" / f"{H1200_FILM}.bmp", 1)
    picture(tmp_path / "Segmentation" / "test" / f"{H1200_FILM}.bmp", 2)
    return tmp_path


def test_h1200_joins_erosion_and_narrowing_of_a_hand(h1200: Path) -> None:
    (film,) = ram_h1200_films(h1200)
    assert (film.patient, film.visit, film.side) == ("JP_SCGH_P0029", "20121201_5835", Side.L)
    assert film.path.parent.name == "test" and film.path.parent.parent.name == "Segmentation"
    assert film.reading is not None
    points = {site.suffix: value for (_, site), value in film.reading.points.items()}
    assert points == {
        "wrist_E__radius": 1, "mcp_E__1": 5, "pip_E__5": 2, "wrist_E__mul": 3, "wrist_E__mc1": 0,
        "mcp_J__2": 4, "pip_J__4": 3, "wrist_J__cmc5": 2, "wrist_J__mna": 1, "wrist_J__capnlun": 0,
        "wrist_J__radcar": 4,
    }  # fmt: skip
    np.testing.assert_array_equal(film.pixels() * 255, cv2.imread(str(film.path), cv2.IMREAD_GRAYSCALE))


def test_the_ram_tables_name_every_site_of_a_hand_once() -> None:
    assert sorted(H1200_SITES.values()) == sorted(site.suffix for site in HAND_EROSION + HAND_JSN)
    assert set(W600_SITES.values()) == {s.suffix for s in HAND_EROSION if s.suffix.startswith("wrist")}
    assert set(W600_SITES.values()) <= set(SITE_BY_SUFFIX)


def scores_of(h1200: Path) -> Path:
    return next(h1200.rglob("_annotation_jsn_scores.json"))


def test_an_unknown_site_is_named_and_can_be_mapped(h1200: Path) -> None:
    scores_of(h1200).write_text(json.dumps({f"{H1200_FILM}.bmp": {"JSN_RC": 2}}))
    with pytest.raises(ValueError, match=rf"test/_annotation_jsn_scores.json, film {H1200_FILM}: the site 'JSN_RC'"):
        list(ram_h1200_films(h1200))
    (h1200 / "sites.json").write_text('{"JSN_RC": "wrist_J__radcar"}')
    (film,) = ram_h1200_films(h1200)
    assert film.reading and film.reading.jsn == 2
    (h1200 / "sites.json").write_text('{"JSN_RC": "rc"}')
    with pytest.raises(ValueError, match=r"sites.json, JSN_RC: 'rc' is no site"):
        list(ram_h1200_films(h1200))


def test_h1200_refuses_what_is_no_score(h1200: Path) -> None:
    for value in (5, "x", True, 1.5):
        scores_of(h1200).write_text(json.dumps({f"{H1200_FILM}.bmp": {"JSN_MCP-I": value}}))
        with pytest.raises(ValueError, match=r"film .*, JSN_MCP-I: "):
            list(ram_h1200_films(h1200))
    scores_of(h1200).write_text("{\n1}")
    with pytest.raises(ValueError, match=r"_annotation_jsn_scores.json, line 2: this is no JSON"):
        list(ram_h1200_films(h1200))
    with pytest.raises(ValueError, match="give the folder of the whole set"):
        list(ram_h1200_films(h1200 / "Segmentation"))


def test_w600_has_six_sites_and_boxes(tmp_path: Path) -> None:
    joints = {"Metacarpal1st": 0, "Trapzium": 1, "Scaphoid": 2, "Lunate": None, "DistalRadius": 3, "DistalUlna": 4}
    table = tmp_path / "SvdHBEScoreClassification" / "JointBE_SvdH_GT.json"
    table.parent.mkdir()
    table.write_text(json.dumps([{"identifier": "0040_0001_R", "joints": joints}]))
    with pytest.raises(ValueError, match=r"0040_0001_R.bmp has scores but is not in the folder"):
        list(ram_w600_films(tmp_path))
    picture(tmp_path / "JointLocationDetection" / "images" / "0040_0001_R.bmp")
    coco = {
        "images": [{"id": 7, "file_name": "0040_0001_R.bmp"}],
        "categories": [{"id": 1, "name": "Lunate"}],
        "annotations": [{"image_id": 7, "category_id": 1, "bbox": [3, 4, 10, 20]}],
    }
    (tmp_path / "JointLocationDetection" / "Joints.coco.json").write_text(json.dumps(coco))
    (film,) = ram_w600_films(tmp_path)
    assert (film.patient, film.visit, film.side) == ("0040", "0001", Side.R) and film.reading
    assert film.reading.erosion == 10 and film.reading.points[Side.R, SITE_BY_SUFFIX["wrist_E__lunate"]] is None
    assert film.boxes == {"Lunate": (3.0, 4.0, 13.0, 24.0)}


def anhui(folder: Path, table: str) -> list[OwnFilm]:
    for name in ("a.png", "b.png", "both.png"):
        picture(folder / name)
    (folder / "scores.csv").write_text(table)
    return list(anhui_films(folder))


def test_anhui_gives_both_readers_totals_with_each_film(tmp_path: Path) -> None:
    table = (
        "patient,visit,left,right,reader_1,reader_2\n"
        "P1,1,a.png,b.png,12,14.5\nP1,2,both.png,both.png,280,0\nP2,1,,b.png,3,4\n"
    )
    films = anhui(tmp_path, table)
    assert [(f.patient, f.visit, f.path.name, f.side) for f in films] == [
        ("P1", "1", "a.png", Side.L), ("P1", "1", "b.png", Side.R), ("P1", "2", "both.png", None),
        ("P2", "1", "b.png", Side.R),
    ]  # fmt: skip
    assert films[0].hand_totals == films[1].hand_totals == (12.0, 14.5)


def test_anhui_takes_other_names_of_columns(tmp_path: Path) -> None:
    (tmp_path / "columns.json").write_text('{"patient": "ID", "reader_1": "Dr A"}')
    (film,) = anhui(tmp_path, "ID;left;right;Dr A;reader_2\nP1;a.png;;12;14\n")
    assert film.patient == "P1" and film.visit == "1"
    (tmp_path / "columns.json").write_text('{"reader": "Dr A"}')
    with pytest.raises(ValueError, match=r"columns.json: 'reader' is not one of patient, left"):
        list(anhui_films(tmp_path))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("P1,a.png,b.png,281,3", r"scores.csv, row 2: reader_1 holds '281', but takes 0 to 280"),
        ("P1,a.png,b.png,nan,3", r"scores.csv, row 2: reader_1 holds 'nan'"),
        ("P1,a.png,c.png,1,3", r"scores.csv, row 2: the film 'c.png' is not in"),
        ("P1,/etc/hostname,,1,3", r"scores.csv, row 2: the film '/etc/hostname' is not in"),
        ("P1,,,1,3", r"scores.csv, row 2: neither hand has a film"),
        (",a.png,,1,3", r"scores.csv, row 2: patient is empty"),
        ("P1,a.png,,1,3\nP1,b.png,,1,3", r"scores.csv, row 3: patient P1, visit 1, comes twice"),
    ],
)
def test_anhui_names_file_row_column_and_value(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        anhui(tmp_path, f"patient,left,right,reader_1,reader_2\n{row}\n")


def test_a_workbook_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    (tmp_path / "scores.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"save scores.xlsx as CSV UTF-8 first"):
        list(anhui_films(tmp_path))


def chexpert(
    tmp_path: Path, finding: str = "-1.0", path: str = "CheXpert/train/patient00002/study1/view2_lateral.jpg"
) -> Path:
    picture(tmp_path / "train" / "patient00002" / "study1" / "view2_lateral.jpg")
    columns = ["Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", *FINDINGS]
    cells = [path, "Female", "83", "Lateral", "", *[""] * 13, finding]
    (tmp_path / "train.csv").write_text(",".join(columns) + "\n" + ",".join(cells) + "\n")
    return tmp_path


def test_chexpert_keeps_uncertain_apart_from_not_named(tmp_path: Path) -> None:
    (film,) = chexpert_films(chexpert(tmp_path))
    assert (film.patient, film.study, film.frontal) == ("patient00002", "study1", False)
    assert film.findings == {"Support Devices": -1} and film.path.is_file()


def test_chexpert_names_row_column_and_value(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"train.csv, row 2: Support Devices holds '2.0'"):
        list(chexpert_films(chexpert(tmp_path, "2.0")))
    outside = "CheXpert/../patient00002/study1/x.jpg"
    with pytest.raises(ValueError, match=r"train.csv, row 2: the film '../patient00002/study1/x.jpg' is not in"):
        list(chexpert_films(chexpert(tmp_path, path=outside)))
    with pytest.raises(ValueError, match=r"has no valid.csv"):
        list(chexpert_films(tmp_path, "valid"))
