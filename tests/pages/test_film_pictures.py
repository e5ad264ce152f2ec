"""The pictures of the films: only their own session's address leads to them."""

import gc

import cv2
import numpy as np
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from core.radiograph import Radiograph
from pages.widgets.shared.film_pictures import LONGEST_SIDE_PX, PATH, Shelf, serve_picture

CLIENT = TestClient(Starlette(routes=[Route(PATH, serve_picture)]))


def film(height: int = 60, width: int = 40) -> Radiograph:
    ramp = np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))
    return Radiograph(ramp, "ramp.png", "a" * 64)


def test_a_picture_is_served_to_those_who_know_its_address_and_is_not_for_shared_caches() -> None:
    shelf = Shelf()
    answer = CLIENT.get(shelf.put(film()))
    assert answer.status_code == 200
    assert "private" in answer.headers["Cache-Control"]
    grey = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey.shape == (60, 40)
    assert abs(int(grey[30, 0])) <= 6 and abs(int(grey[30, 39]) - 255) <= 6


def test_a_large_film_is_made_as_small_as_a_screen_shows() -> None:
    shelf = Shelf()
    data = CLIENT.get(shelf.put(film(2 * LONGEST_SIDE_PX, 100))).content
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE).shape == (LONGEST_SIDE_PX, 50)


def test_wrong_addresses_lead_nowhere() -> None:
    shelf = Shelf()
    address = shelf.put(film())
    assert CLIENT.get(address + "x").status_code == 404
    assert CLIENT.get(f"/film/guess/{address.rsplit('/', 1)[1]}").status_code == 404


def test_two_sessions_have_different_addresses_for_the_same_film() -> None:
    first, second = Shelf(), Shelf()
    assert first.put(film()) != second.put(film())


def test_pictures_go_when_the_session_goes() -> None:
    shelf = Shelf()
    address = shelf.put(film())
    del shelf
    gc.collect()
    assert CLIENT.get(address).status_code == 404
