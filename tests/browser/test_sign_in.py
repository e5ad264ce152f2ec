"""Sign-in against a small provider: two readers and a coordinator, each with the own pages and readings alone."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.store import Store, Studies
from core.studies.importing import import_study
from core.studies.plan import plan_study
from tests.browser.conftest import ROOT, START_S, free_port
from tests.browser.oidc_provider import CLIENT, SECRET, Provider, provider
from tests.core.batch.stub import StubReader
from tests.core.studies.test_import import folder

SHOTS = os.environ.get("SVH_SHOTS", "")
ANN, BOB, CORA, EVE = (f"{name}@clinic.example" for name in ("ann", "bob", "cora", "eve"))


@pytest.fixture
def hospital(tmp_path: Path, store_url: str) -> Iterator[tuple[str, Provider]]:
    """A server with sign-in, and a study that both readers are assigned to."""
    (tmp_path / "read").mkdir()
    studies = Studies(Store(store_url))
    for _ in import_study(
        studies, plan_study([folder(tmp_path / "films", patients=1)]), StubReader(), name="RA-1", seed=3
    ):
        pass
    for reader in (ANN, BOB):
        studies.assign("RA-1", reader)
    studies.store.close()
    port = free_port()
    with provider() as idp:
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(
            f'[auth]\nredirect_uri = "http://localhost:{port}/oauth2callback"\ncookie_secret = "{"x" * 40}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            f'server_metadata_url = "{idp.address}/.well-known/openid-configuration"\n'
            f'[roles]\nreader = ["{ANN}", "{BOB}"]\ncoordinator = ["{CORA}"]\n'
        )
        run = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
        with (tmp_path / "server.log").open("wb") as log:
            process = subprocess.Popen(
                [*run, "--server.address", "localhost", "--server.headless", "true", "--secrets.files", str(secrets)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            deadline = time.monotonic() + START_S
            while True:
                try:
                    urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).close()
                    break
                except OSError:
                    assert process.poll() is None and time.monotonic() < deadline
                    time.sleep(0.2)
            yield f"http://localhost:{port}", idp
        finally:
            process.terminate()
            process.wait(20)


def signed_in(page: Any, address: str, idp: Provider, email: str, at: str) -> None:
    idp.email = email
    page.context.clear_cookies()
    page.goto(f"{address}/{at}")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text(f"Signed in as {email}").wait_for()


def pages_of(page: Any) -> set[str]:
    page.get_by_role("link", name="Models").first.wait_for()
    return {link.inner_text().strip() for link in page.get_by_role("link").all()}


def test_each_account_has_the_own_pages_and_readings_alone(hospital: tuple[str, Provider], page: Any) -> None:
    address, idp = hospital
    page.set_viewport_size({"width": 1440, "height": 900})
    page.set_default_timeout(40_000)
    page.goto(f"{address}/studies")
    page.get_by_role("button", name="Sign in").wait_for()
    assert "RA-1" not in page.content()
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/sign_in_1440.png")

    for email in (ANN, BOB):
        signed_in(page, address, idp, email, "studies")
        page.get_by_role("button", name="I understand").click()
        assert not any("Reader agreement" in text or "Progression" in text for text in pages_of(page))
        page.get_by_role("link", name="Studies").first.click()
        page.get_by_role("combobox", name="Read as").click()
        assert [option.inner_text() for option in page.get_by_role("option").all()] == [f"{email} · pass 1"]
        page.keyboard.press("Escape")
        assert page.get_by_role("button", name="Lock the study").count() == 0
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/sign_in_reader_1440.png")
        page.goto(f"{address}/agreement")  # a page that is not theirs is not there
        page.get_by_text("Signed in as").first.wait_for()
        assert page.get_by_role("button", name="Case store").count() == 0

    signed_in(page, address, idp, CORA, "studies")
    page.get_by_role("button", name="I understand").click()
    assert not any(text.endswith("Read") for text in pages_of(page))
    page.get_by_role("link", name="Studies").first.click()
    page.get_by_role("button", name="Lock the study").wait_for()
    assert page.get_by_role("combobox", name="Read as").count() == 0

    signed_in(page, address, idp, EVE, "studies")
    page.get_by_text("This account has no role here.").wait_for()
    assert "RA-1" not in page.content()
