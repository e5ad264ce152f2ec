"""The way into a class: a link that phones reach, without the teacher's key, and a QR code that says the same."""

import pytest

from pages.server.class_server import class_command
from pages.widgets.teaching.class_link import lan_address, link_of, qr_png

LAN = "192.168.1.20"


@pytest.mark.parametrize(
    ("seen", "served", "link"),
    [
        ("http://localhost:8501/teaching?class=A&taught=key", "0.0.0.0", f"http://{LAN}:8501/teaching?class=ABC123"),
        (f"http://{LAN}:8501/teaching?taught=key", "0.0.0.0", f"http://{LAN}:8501/teaching?class=ABC123"),
        (
            "https://svh.hospital.example/svh/teaching",
            "localhost",
            "https://svh.hospital.example/svh/teaching?class=ABC123",
        ),
        ("http://localhost:8501/teaching", "localhost", ""),
        ("http://[::1]:8501/teaching", "127.0.0.1", ""),
    ],
)
def test_the_link_is_one_that_others_reach_and_holds_no_key(seen: str, served: str, link: str) -> None:
    assert link_of(seen, "ABC123", served=served, own=LAN) == link


def test_a_machine_without_a_network_offers_no_link() -> None:
    assert link_of("http://localhost:8501/teaching", "ABC123", served="0.0.0.0", own="127.0.0.1") == ""


def test_the_qr_code_is_the_link() -> None:
    import io

    import cv2
    import numpy as np

    link = f"http://{LAN}:8501/teaching?class=ABC123"
    picture = cv2.imdecode(np.frombuffer(qr_png(link), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert io.BytesIO(qr_png(link)).getvalue()[:4] == b"\x89PNG"
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == link


def test_the_class_is_served_to_the_network_under_its_own_names_alone() -> None:
    command = " ".join(class_command(LAN))
    assert "--server.address 0.0.0.0" in command and f'["{LAN}", "localhost", "127.0.0.1"]' in command
    assert lan_address().count(".") == 3
