"""Runs of the page without a browser, and films to give it."""

from pathlib import Path

import cv2
import numpy as np
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


def film_bytes(seed: int) -> bytes:
    """A grey PNG that differs from that of every other seed."""
    noise = np.random.default_rng(seed).integers(0, 60, (320, 256), dtype=np.uint8)
    noise[60:260, 60:200] += 120
    return cv2.imencode(".png", noise)[1].tobytes()


def opened_page(**state: object) -> AppTest:
    """A run of the whole app with things already in the session's state."""
    app = AppTest.from_file(str(ROOT / "pages" / "navigation.py"), default_timeout=30)
    app.session_state["research_use_understood"] = True
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()
