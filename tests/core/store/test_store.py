"""The store on SQLite and on PostgreSQL: what is kept, what is refused, and that nothing is edited unseen."""

import threading
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from core.store import Mark, Order, Status, Store, StoredVisit, StoreError, verify
from core.svh import SITE_BY_SUFFIX, Limb, Reading, Side

EROSION = (Side.L, SITE_BY_SUFFIX["mcp_E__2"])
NARROWING = (Side.L, SITE_BY_SUFFIX["mcp_J__2"])
TOE = (Side.R, SITE_BY_SUFFIX["mtp_E__1"])
HAND = (Limb.HAND, Side.L)


def pixels(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((40, 30), dtype=np.float32)


def begun(store: Store, reader: str = "Ann", request: str = "begin", again: bool = False):
    visit = store.add_visit("P1", "2026-03")
    return store.begin(visit, reader, order=Order.BLINDED, list_name="study", request=request, again=again)


def filled(store: Store) -> StoredVisit:
    visit = store.add_visit("P1", "2026-03")
    store.add_film(visit, pixels(), limb=Limb.HAND, side=Side.L, joints={"MCP2": (3.0, 4.0)})
    reading = begun(store)
    store.record(reading.id, {EROSION: Mark(3), NARROWING: Mark(None, None, "exposure")}, request="r1")
    return visit


def test_looking_creates_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'deep' / 'store.sqlite'}")
    assert store.visits() == [] and store.readings() == {} and store.progress("Ann") == {}
    assert not (tmp_path / "deep").exists()
    store.add_visit("P1", "1")
    assert (tmp_path / "deep" / "store.sqlite").exists()


def test_first_and_final_values_are_both_kept(store: Store) -> None:
    reading = begun(store)
    store.record(reading.id, {EROSION: Mark(2)}, request="a", spent_ms={HAND: 1500})
    store.record(reading.id, {EROSION: Mark(3)}, request="b", spent_ms={HAND: 500})  # changed while still blinded
    store.reveal(reading.id, request="c")
    store.record(reading.id, {EROSION: Mark(5), TOE: Mark(7, (4, 3))}, request="d")
    store.complete(reading.id, request="e")
    seen = begun(store, request="again")
    assert (seen.id, seen.values.status, seen.order, seen.spent_ms) == (
        reading.id,
        Status.COMPLETE,
        Order.BLINDED,
        {HAND: 2000},
    )
    assert (seen.values.cells[EROSION].first, seen.values.cells[EROSION].final) == (Mark(3), Mark(5))
    assert (seen.values.cells[TOE].first, seen.values.cells[TOE].final) == (None, Mark(7, (4, 3)))
    key = ("Ann", "P1", "2026-03")
    assert store.readings()[key] == Reading({EROSION: 5, TOE: 7})
    assert store.readings(first=True)[key] == Reading({EROSION: 3})
    assert verify(store.connection).faults == ()


def test_a_complete_reading_is_superseded_and_never_edited(store: Store) -> None:
    first = begun(store)
    store.record(first.id, {EROSION: Mark(1)}, request="a")
    store.complete(first.id, request="b")
    with pytest.raises(StoreError, match="complete"):
        store.record(first.id, {EROSION: Mark(2)}, request="c")
    second = begun(store, request="anew", again=True)
    assert second.id != first.id and second.values.cells == {}
    store.record(second.id, {EROSION: Mark(4)}, request="d")
    key = ("Ann", "P1", "2026-03")
    assert store.readings()[key].erosion == 1  # the new one does not count before it is complete
    assert store.readings(unfinished=True)[key].erosion == 4
    store.complete(second.id, request="e")
    assert store.readings() == {key: Reading({EROSION: 4})}
    with store.connection.reading() as session:
        kept = session.execute(text("SELECT final FROM cell WHERE reading = :r"), {"r": first.id}).scalar_one()
    assert kept == "1"


def test_a_retry_is_done_once_and_a_changed_retry_is_refused(store: Store) -> None:
    reading = begun(store)
    for _ in range(3):
        store.record(reading.id, {EROSION: Mark(2)}, request="same", spent_ms={HAND: 100})
        assert begun(store).id == reading.id
    assert begun(store).spent_ms == {HAND: 100}
    entries = verify(store.connection).entries
    with pytest.raises(StoreError, match="one request number"):
        store.record(reading.id, {EROSION: Mark(3)}, request="same", spent_ms={HAND: 100})
    assert verify(store.connection).entries == entries
    assert begun(store).values.cells[EROSION].final == Mark(2)


def test_a_cell_can_be_taken_back(store: Store) -> None:
    reading = begun(store)
    store.record(reading.id, {EROSION: Mark(2), NARROWING: Mark(1)}, request="a")
    store.record(reading.id, {EROSION: None}, request="b")
    assert set(begun(store).values.cells) == {NARROWING}
    assert store.progress("Ann") == {reading.visit.id: (Status.BLINDED, 1)}
    assert verify(store.connection).faults == ()


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        (EROSION, Mark(6)), (NARROWING, Mark(5)), (EROSION, Mark(3, (1, 2))), (TOE, Mark(7, (4, 4))),
        (TOE, Mark(7, (6, 1))),
        (EROSION, Mark(2, None, "exposure")), (EROSION, Mark(None, None, "the patient moved")),
    ],
)  # fmt: skip
def test_what_fits_no_site_is_refused(cell, mark: Mark) -> None:
    with pytest.raises(ValueError, match=cell[1].suffix):
        mark.checked(cell[1])


@pytest.mark.parametrize("mark", [Mark(4), Mark(10, (5, 5)), Mark(0, (0, 0)), Mark(None), Mark(None, None, "exposure")])
def test_marks_read_back_from_their_text(mark: Mark) -> None:
    assert Mark.parse(mark.text) == mark


def test_films_keep_pixels_and_joints_and_nothing_of_the_upload(store: Store) -> None:
    visit = store.add_visit("P1", "2026-03")
    places = {"MCP2": (3.0, 4.5)}
    film = store.add_film(visit, pixels(), limb=Limb.HAND, side=Side.R, joints=places, spacing_mm=0.1)
    assert store.add_film(visit, pixels(), limb=Limb.HAND, side=Side.R, joints=places, spacing_mm=0.1) == film
    assert store.films(visit) == [film]
    assert (film.joints, film.spacing_mm, film.limb, film.side) == (places, 0.1, Limb.HAND, Side.R)
    assert np.abs(store.pixels(film) - pixels()).max() <= 0.5 / 65535 + 1e-7
    assert [p.name for p in store.connection.films.iterdir()] == [f"{film.content}.png"]


def test_the_model_is_a_reader_with_its_cards_and_is_kept_once(store: Store) -> None:
    visit = store.add_visit("P1", "2026-03")
    name = store.record_model(visit, Reading({EROSION: 2, NARROWING: None}), cards={"scorer": "ab" * 32})
    assert store.record_model(visit, Reading({EROSION: 2, NARROWING: None}), cards={"scorer": "ab" * 32}) == name
    assert store.readings() == {(name, "P1", "2026-03"): Reading({EROSION: 2, NARROWING: None})}
    with pytest.raises(StoreError, match="name of a model"):
        store.begin(visit, name, order=Order.BLINDED, list_name="", request="x")


def test_many_writers_at_once_lose_nothing_and_keep_the_chain(url: str) -> None:
    cells = [(Side.L, site) for site in SITE_BY_SUFFIX.values() if site.limb is Limb.HAND][:8]
    errors: list[Exception] = []

    def write(number: int) -> None:
        mine = Store(url)
        try:
            reading = begun(mine, reader=f"Reader {number}", request=f"begin-{number}")
            for n, cell in enumerate(cells):
                mine.record(reading.id, {cell: Mark(n % 4)}, request=f"{number}-{n}")
        except Exception as error:  # handed to the test, which fails with it
            errors.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    store = Store(url)
    proof = verify(store.connection)
    assert (proof.faults, proof.entries) == ((), 2 + 6 * (1 + len(cells)))  # create, visit, and six readers' entries
    wanted = Reading({cell: n % 4 for n, cell in enumerate(cells)})
    assert list(store.readings(unfinished=True).values()) == [wanted] * 6
    store.close()


def test_a_newer_store_is_refused_in_words(store: Store) -> None:
    filled(store)
    with store.connection.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE name = 'schema'"))
    for attempt in (store.visits, lambda: store.add_visit("P", "2"), lambda: verify(store.connection)):
        with pytest.raises(StoreError, match="newer version"):
            attempt()


def test_what_must_be_typed_is_asked_for(store: Store) -> None:
    with pytest.raises(StoreError, match="pseudonym"):
        store.add_visit(" \u202e ", "1")
    with pytest.raises(StoreError, match="label"):
        store.add_visit("P1", "")


def test_a_tilde_in_the_address_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    store = Store("sqlite:///~/mine/svh.sqlite")
    store.add_visit("P1", "2026-03")
    store.close()
    assert (tmp_path / "mine" / "svh.sqlite").is_file() and not (tmp_path / "~").exists()


def test_visits_stand_in_time_as_their_names_tell_and_else_as_they_were_added(store: Store) -> None:
    for label in ("month 12", "baseline", "month 6"):
        store.add_visit("P1", label)
    for label in ("Aspen", "Yew", "Birch"):
        store.add_visit("P2", label)
    assert [(v.patient, v.label, v.position) for v in store.visits()] == [
        ("P1", "baseline", 1), ("P1", "month 6", 2), ("P1", "month 12", 3),
        ("P2", "Aspen", 1), ("P2", "Yew", 2), ("P2", "Birch", 3),
    ]  # fmt: skip
