"""A reader at work, without a page: marks, reveal, the way into the store, and what is shown in which order."""

from concurrent.futures import Future
from pathlib import Path

import pytest

from core.reading_desk import Action, Desk, ListedVisit, ModelAnswer, ReadFilm, in_order, stored_films
from core.reading_desk.sheet import answered
from core.store import Mark, Order, Status, Store, verify
from core.svh import SITE_BY_SUFFIX, Limb, Reading, Side
from tests.core.model_reader.test_case import radiograph
from tests.pages.stub_reader import EROSION, StubReader

EROSION_2 = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])
NARROWING_2 = (Side.L, SITE_BY_SUFFIX["mcp_J__2"])
TOE = (Side.R, SITE_BY_SUFFIX["mtp_E__1"])
FILMS = tuple(
    ReadFilm(radiograph(name, limb, side), limb, side, {})
    for name, limb, side in (("l", Limb.HAND, Side.L), ("r", Limb.FOOT, Side.R))
)
VISIT = ListedVisit("P1", "month 6", 1, lambda: FILMS)


@pytest.fixture(autouse=True)
def store_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "data" / "store.sqlite"
    monkeypatch.setenv("SVH_STORE_URL", f"sqlite:///{file}")
    return file


def read_by_the_stub(films: tuple[ReadFilm, ...]) -> "Future[ModelAnswer]":
    readings = [StubReader().read_film(film.radiograph)[0] for film in films]
    return answered(ModelAnswer(tuple(readings), {"stub": "0" * 64}))


def desk_of(reader: str = "Ann", order: Order = Order.BLINDED, visits: tuple[ListedVisit, ...] = (VISIT,)) -> Desk:
    desk = Desk(reader, order, "list", list(visits), Store(), read_by_the_stub)  # type: ignore[arg-type]
    desk.open_visit()
    return desk


def do(desk: Desk, *actions: Action) -> None:
    for action in actions:
        desk.act(action, desk.acked + 1)


def mark(points: int | None, cell: object = EROSION_2) -> Action:
    return Action(marks={cell: None if points is None else Mark(points)})  # type: ignore[dict-item]


REVEAL, COMPLETE = Action(to=Status.REVEALED), Action(to=Status.COMPLETE)


def test_a_blinded_reading_is_kept_then_revealed_and_both_values_stay() -> None:
    desk = desk_of()
    do(desk, Action({EROSION_2: Mark(3)}, spent_ms={(Limb.HAND, Side.L): 900}), COMPLETE)  # no end without the reveal
    do(desk, Action({EROSION_2: Mark(4)}, spent_ms={(Limb.HAND, Side.L): 600}), Action({TOE: Mark(7, (5, 2))}))
    assert desk.sheet.model() is None and desk.sheet.values.status is Status.BLINDED
    do(desk, Action(accept=EROSION_2))  # nothing to accept while blinded
    assert desk.sheet.values.mark(EROSION_2) == Mark(4)
    do(desk, REVEAL, Action(accept=EROSION_2), COMPLETE, mark(5))
    desk.keep_model()
    store = Store()
    assert store.readings(first=True)["Ann", "P1", "month 6"] == Reading({EROSION_2: 4, TOE: 7})
    assert store.readings()["Ann", "P1", "month 6"] == Reading({EROSION_2: EROSION, TOE: 7})
    assert sorted(reader.split()[0] for reader, _, _ in store.readings()) == ["Ann", "model"]
    assert verify(store.connection).faults == ()
    assert desk.sheet.spent_ms == {(Limb.HAND, Side.L): 1500}


def test_the_same_number_twice_is_stored_once() -> None:
    desk = desk_of()
    action = Action({EROSION_2: Mark(3)}, spent_ms={(Limb.HAND, Side.L): 900})
    desk.act(action, 1)
    before = Store().progress("Ann")
    assert desk.store is not None
    desk.store.record(desk.sheet.reading, action.marks, request=f"{desk.token}-1", spent_ms=action.spent_ms)
    assert Store().progress("Ann") == before and desk_of().sheet.spent_ms == {(Limb.HAND, Side.L): 900}


def test_a_desk_begins_no_reading_and_asks_no_model_before_a_visit_is_opened() -> None:
    asked: list[int] = []

    def ask(films: object, /) -> "Future[ModelAnswer]":
        asked.append(1)
        return answered(ModelAnswer())

    desk = Desk("Ann", Order.BLINDED, "list", [VISIT], Store(), ask)
    assert (desk.title, desk.acked) == ("Visit 1 of 1", 0)
    assert (desk.sheets, asked, Store().progress("Ann")) == ({}, [], {})
    desk.open_visit()
    assert desk.sheet is desk.sheets[0] and (len(asked), len(Store().progress("Ann"))) == (1, 1)
    desk.keep_model()  # it gave nothing
    assert Store().readings(unfinished=True) == {("Ann", "P1", "month 6"): Reading({})}


def test_a_cell_that_is_taken_back_after_the_reveal_keeps_its_blinded_value() -> None:
    desk = desk_of()
    do(desk, mark(3), REVEAL, mark(None), mark(5))
    assert Store().readings(first=True, unfinished=True)["Ann", "P1", "month 6"] == Reading({EROSION_2: 3})
    assert desk.sheet.values.cells[EROSION_2].first == Mark(3)


def test_a_reader_comes_back_to_where_he_left() -> None:
    do(desk_of(), mark(3), Action({NARROWING_2: Mark(None, None, "exposure")}))
    again = desk_of().sheet.values
    assert (again.status, again.mark(EROSION_2)) == (Status.BLINDED, Mark(3))
    assert again.mark(NARROWING_2) == Mark(None, None, "exposure")
    assert desk_of("Ben").sheet.values.cells == {}  # another reader sees nothing of it


def test_a_complete_reading_can_be_begun_again_and_the_old_one_stays() -> None:
    desk = desk_of()
    do(desk, mark(3), REVEAL, COMPLETE)
    desk.begin_again()
    assert (desk.sheet.values.status, desk.sheet.values.cells) == (Status.BLINDED, {})
    do(desk, mark(1), REVEAL, COMPLETE)
    assert Store().readings()["Ann", "P1", "month 6"].erosion == 1
    assert verify(Store().connection).faults == ()


def test_without_a_store_one_reads_on_and_nothing_is_lost_when_it_returns(store_file: Path) -> None:
    store_file.parent.write_text("a file where the folder should be")
    desk = desk_of()
    do(desk, mark(3))
    assert desk.trouble and desk.sheet.values.cells[EROSION_2].final == Mark(3)
    store_file.parent.unlink()
    do(desk, mark(2, NARROWING_2))
    assert desk.trouble == ""
    assert Store().readings(unfinished=True)["Ann", "P1", "month 6"].svh == 5


def test_blinded_order_hides_patient_and_date_and_is_the_same_when_one_returns() -> None:
    visits = [ListedVisit(f"P{n}", "baseline", 1, tuple) for n in range(9)]
    blinded = in_order(visits, Order.BLINDED, "Ann")
    assert blinded == in_order(visits[::-1], Order.BLINDED, "Ann") != visits
    assert blinded != in_order(visits, Order.BLINDED, "Ben")
    assert in_order(visits[::-1], Order.CHRONOLOGICAL, "Ann") == visits
    assert desk_of().title == "Visit 1 of 1"
    assert desk_of(order=Order.CHRONOLOGICAL).title == "Visit 1 of 1 · P1, month 6"


def test_a_lost_picture_is_told_and_no_reading_is_begun() -> None:
    do(desk_of(), mark(3))
    store = Store()
    for picture in store.connection.films.iterdir():
        picture.unlink()
    (visit,) = store.visits()
    lost = ListedVisit(visit.patient, visit.label, visit.position, lambda: stored_films(store, visit))
    desk = desk_of("Ben", visits=(lost,))
    assert "is gone" in desk.sheet.fault and desk.sheet.films == ()
    assert store.progress("Ben") == {}


def test_films_of_visits_that_were_left_do_not_pile_up() -> None:
    visits = tuple(ListedVisit("P1", f"month {n}", n, lambda: FILMS) for n in range(5))
    desk = desk_of(order=Order.CHRONOLOGICAL, visits=visits)
    for n in range(5):
        do(desk, mark(n % 4))
        desk.go(1)
    assert len(desk.sheets) == 1
    desk.go(-2)
    assert desk.sheet.values.cells[EROSION_2].final == Mark(2)
    desk.go(-9)
    assert desk.at == 0
    desk.go(9)
    assert desk.at == 4
