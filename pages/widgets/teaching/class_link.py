"""The way into a class for phones: the full link, and the same as a QR code."""

import base64
import io
import socket
from urllib.parse import urlsplit

import segno
import streamlit as st

_HERE = ("localhost", "127.0.0.1", "::1", "")


def lan_address() -> str:
    """The address of this machine in the local network; the loopback address where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # names a route, sends nothing
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def link_of(url: str, code: str, *, served: str, own: str) -> str:
    """The link to a class for others: the address of the page as the teacher sees it, without the teacher's key.

    `served` is the address that the server listens on and `own` that of the machine: a teacher who sits at it sees
    `localhost`, which phones cannot reach. Empty where the server is reached by this machine alone.
    """
    seen = urlsplit(url)
    host = seen.hostname or ""
    if host in _HERE:
        if served in _HERE or own in _HERE:
            return ""
        host = own
    port = f":{seen.port}" if seen.port else ""
    folder = seen.path.rstrip("/").rpartition("/")[0]
    return f"{seen.scheme}://{f'[{host}]' if ':' in host else host}{port}{folder}/teaching?class={code}"


def qr_png(link: str) -> bytes:
    """The link as a picture that phones read."""
    out = io.BytesIO()
    segno.make(link, error="m").save(out, kind="png", scale=8, border=3)
    return out.getvalue()


def show_link(code: str) -> None:
    """Link and QR code, or how the class is opened to the network."""
    served = str(st.get_option("server.address") or "0.0.0.0")  # Streamlit listens everywhere where nothing is said
    link = link_of(st.context.url or "", code, served=served, own=lan_address())
    if not link:
        st.caption("Only this machine reaches this server. `python app.py --class` serves the local network.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        picture = base64.b64encode(qr_png(link)).decode()
        st.html(f'<img alt="QR code of the link" width="180" src="data:image/png;base64,{picture}">')
        with st.container():
            st.markdown("**Students open**")
            st.code(link, language=None, wrap_lines=True)
