"""Which files are one visit: tags before folders, names before tags, and a line for what was joined or split."""

from datetime import date

import pytest

from core.radiograph import Entry, FileLabels, expand, group_visits
from core.radiograph.identity import NOBODY, Identity, identity_of, labels_of
from tests.core.radiograph import films
from tests.pages.page_runs import film_bytes

ONE = Identity("p", "s", "d")


def grouped(*items: tuple[str, Identity]) -> dict[str, list[str]]:
    visits, _ = group_visits(entries(*items))
    return {visit.name: [f"{entry.folder}/{entry.name}".lstrip("/") for entry in visit.entries] for visit in visits}


def entries(*items: tuple[str, Identity]) -> list[Entry]:
    return [Entry(path.rpartition("/")[2], path.rpartition("/")[0], b"", identity=who) for path, who in items]


def plain(*paths: str) -> dict[str, list[str]]:
    return grouped(*((path, NOBODY) for path in paths))


def lines(*items: tuple[str, Identity]) -> list[str]:
    return group_visits(entries(*items))[1]


def test_names_group_by_patient_and_folders_of_limbs_are_one_place() -> None:
    assert plain("s/hands/UAB003-LH.png", "s/hands/UAB004-LH.png", "s/feet/UAB003-LF.png") == {
        "UAB003": ["s/hands/UAB003-LH.png", "s/feet/UAB003-LF.png"],
        "UAB004": ["s/hands/UAB004-LH.png"],
    }


@pytest.mark.parametrize("second", ["2022/P1-LF.png", "2022/P1-LH.png", "SiteB/P1-RH.png"])
def test_one_name_in_two_places_is_two_visits_and_said(second: str) -> None:
    folder = second.partition("/")[0]
    assert plain("2020/P1-LH.png", second) == {"P1 (2020)": ["2020/P1-LH.png"], f"P1 ({folder})": [second]}
    assert lines(("2020/P1-LH.png", NOBODY), (second, NOBODY)) == [
        f"P1: films of this name lie in 2 places; they are 2 visits (P1 (2020), P1 ({folder}))."
    ]


def test_folders_make_visits_and_no_two_share_a_name() -> None:
    assert plain("a/visit1/x.png", "b/visit1/y.png", "z.png", "a/visit1/w.png", "P7/hands/u.png", "P7/feet/v.png") == {
        "a/visit1": ["a/visit1/x.png", "a/visit1/w.png"],
        "b/visit1": ["b/visit1/y.png"],
        "visit": ["z.png"],
        "P7": ["P7/hands/u.png", "P7/feet/v.png"],
    }


def test_a_patient_and_a_folder_of_one_name_stay_apart() -> None:
    assert len(plain("UAB003/x.png", "UAB003/UAB003-LH.png")) == 2


@pytest.mark.parametrize("pattern", ["{:02d}-{}", "{}-{}", "img_{:03d}_{}", "Film {} {}"])
def test_running_numbers_are_films_and_not_patients(pattern: str) -> None:
    names = [f"v/{pattern.format(n, limb)}.png" for n, limb in enumerate(("LH", "RH", "LF", "RF"), start=1)]
    assert plain(*names) == {"v": names}
    said = lines(*((name, NOBODY) for name in names))
    assert len(said) == 1 and "not of patients" in said[0]


@pytest.mark.parametrize(
    "names",
    [
        ("001-LH", "002-LH", "003-LH"), ("001-LH", "001-RH", "002-LH", "002-RH"), ("014-LH", "027-RH"),
        ("P1-LH", "P2-RH"),
    ],
)  # fmt: skip
def test_numbers_of_patients_stay_patients(names: tuple[str, ...]) -> None:
    assert len(plain(*(f"v/{name}.png" for name in names))) == len({name[:-3] for name in names})


def test_one_study_is_one_visit_whatever_the_folders_of_a_disc() -> None:
    films_of_disc = [(f"disc/DICOM/PA000001/ST000001/SE00000{n}/IM000001", ONE) for n in range(1, 5)]
    assert list(grouped(*films_of_disc)) == ["disc"]
    assert lines(*films_of_disc) == [
        "disc: 4 files of 4 folders are one visit (SE000001, SE000002, SE000003, SE000004)."
    ]


def test_studies_of_one_patient_and_day_are_one_visit_and_other_days_are_not() -> None:
    hands, feet, later = Identity("p", "s1", "d1"), Identity("p", "s2", "d1"), Identity("p", "s3", "d2")
    found = grouped(("x/IM1", hands), ("x/IM2", feet), ("x/IM3", later))
    assert found == {"x": ["x/IM1", "x/IM2"], "x (2)": ["x/IM3"]}
    said = lines(("x/IM1", hands), ("x/IM2", feet), ("x/IM3", later))
    assert said == ["x: its files are of several studies or days; they are 2 visits (x, x (2))."]


def test_two_patients_are_two_visits_even_under_one_study_number() -> None:
    found = grouped(("x/IM1", Identity("a", "s", "d")), ("x/IM2", Identity("b", "s", "d")))
    assert list(found) == ["x", "x (2)"]
    assert "2 patients" in lines(("x/IM1", Identity("a", "s", "d")), ("x/IM2", Identity("b", "s", "d")))[0]


def test_files_without_tags_join_the_one_study_of_their_folder() -> None:
    assert list(grouped(("x/IM1", ONE), ("x/photo.png", NOBODY))) == ["x"]
    two = grouped(("x/IM1", ONE), ("x/IM2", Identity("q", "t", "d")), ("x/photo.png", NOBODY))
    assert len(two) == 3


def test_names_that_a_person_gave_count_before_tags_and_a_contradiction_is_said() -> None:
    assert list(grouped(("2020/P1-LH.dcm", ONE), ("2022/P1-LF.dcm", ONE))) == ["P1 (2020)", "P1 (2022)"]
    said = lines(("x/P1-LH.dcm", ONE), ("x/P1-RH.dcm", Identity("q", "t", "d")))
    assert said == ["P1: its files name 2 patients; the names of the files were followed. Check them."]


IDENTITY = {"PatientID": "QX-77123", "PatientName": "Zzyzx^Q", "StudyInstanceUID": "1.2.3", "StudyDate": "20240115"}


def identity(salt: bytes = b"salt", **attributes: object) -> Identity:
    return identity_of(films.dicom(films.grey(12), **(IDENTITY | attributes)), salt)


def test_hashes_tell_nothing_and_differ_by_salt() -> None:
    who = identity()
    assert who == identity() and who != identity(b"pepper")
    assert all(
        value and not any(part in value for part in ("QX", "77123", "2024", "1.2.3")) for value in vars(who).values()
    )


def test_a_stand_in_for_an_identity_is_nobody() -> None:
    for word in ("", "ANONYMOUS", "0000", "Unknown", "anon-2023"):
        assert identity(PatientID=word).patient == identity(PatientID="").patient
        assert identity(PatientID=word, PatientName=word).patient == ""
    assert identity(PatientID="").patient != identity(PatientID="", PatientName="Other^P").patient


@pytest.mark.parametrize("cut", [0, 100, 140, 300, 500])
def test_a_cut_or_hostile_header_has_no_identity_and_does_not_raise(cut: int) -> None:
    assert isinstance(identity_of(films.dicom(films.grey(12), **IDENTITY)[:cut], b"salt"), Identity)
    assert identity_of(b"\x08\0" * 200, b"salt") == NOBODY


def test_what_a_file_calls_patient_and_day_can_be_read_as_display_text_and_not_when_it_is_damaged() -> None:
    data = films.dicom(films.grey(12), PatientID="H-9\t ", StudyDate="20260211")
    assert (labels_of(data).patient, labels_of(data).day) == ("H-9", date(2026, 2, 11))
    assert labels_of(films.dicom(films.grey(12), PatientID="ANON1", StudyDate="20261399")) == FileLabels()
    assert all(isinstance(labels_of(data[:cut]), FileLabels) for cut in range(0, len(data), 97))
    assert "H-9" not in repr(labels_of(data))
    entries, _ = expand([("a.dcm", data), ("b.png", film_bytes(1))])
    assert [entry.labels.patient for entry in entries] == ["H-9", ""]
