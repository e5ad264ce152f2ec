"""Addresses that are no pages; every page of the bar is one."""

import re
from pathlib import Path

import pytest
from starlette.datastructures import Headers

from pages.server.unknown_page import PAGES, unknown_page

BROWSER = Headers({"accept": "text/html,application/xhtml+xml"})


@pytest.mark.parametrize("path", ["/scores", "/svh/scores", "/start", "/navigation"])
def test_an_unknown_address_is_answered_in_words_with_the_way_back(path: str) -> None:
    answer = unknown_page(path, "svh", BROWSER)
    assert answer is not None and answer.status_code == 404
    assert b"No such page" in answer.body and b'href="score_films"' in answer.body


@pytest.mark.parametrize(
    "path", ["/", "/svh", "/svh/", "/score_films", "/svh/cases", "/film/a/b", "/_stcore/health", "/x.js"]
)
def test_pages_files_and_streams_pass(path: str) -> None:
    assert unknown_page(path, "svh", BROWSER) is None


def test_what_asks_for_no_page_passes() -> None:
    assert unknown_page("/scores", "", Headers({"accept": "application/json"})) is None


def test_every_page_of_the_bar_is_known() -> None:
    bar = (Path(__file__).parents[3] / "pages" / "navigation.py").read_text()
    assert set(re.findall(r'url_path="(\w+)"', bar)) - {"start"} <= PAGES
