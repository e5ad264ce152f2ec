"""The pictures that the viewer fetches: one shelf a session, behind a name that cannot be guessed.

A picture inside the component's data would travel again at every edit; from a route it travels once.
"""

import secrets
import weakref

import cv2
import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response

from core.radiograph import Radiograph

PATH = "/film/{shelf}/{picture}"
LONGEST_SIDE_PX = 2560  # as stored up to here; beyond it the screen shows no more
THUMB_SIDE_PX = 160
JPEG_QUALITY = 92


class Shelf:
    """The pictures of one browser session. It is gone, and its addresses with it, when the session's state is gone."""

    def __init__(self) -> None:
        self.name = secrets.token_urlsafe(24)
        self.pictures: dict[str, bytes] = {}
        _SHELVES[self.name] = self

    def put(self, radiograph: Radiograph) -> str:
        """Keep a film's picture and thumbnail; the address of the picture (add `-thumb` for the small one).

        It is relative to the page, so that it is found behind a proxy that strips a prefix.
        """
        picture = radiograph.sha256[:16]
        if picture not in self.pictures:
            self.pictures[picture] = _jpeg(radiograph, LONGEST_SIDE_PX)
            self.pictures[f"{picture}-thumb"] = _jpeg(radiograph, THUMB_SIDE_PX)
        return f"film/{self.name}/{picture}"

    def keep_only(self, sha256s: set[str]) -> None:
        """Drop the pictures of films that left the case."""
        kept = {digest[:16] for digest in sha256s}
        self.pictures = {name: data for name, data in self.pictures.items() if name[:16] in kept}


_SHELVES: "weakref.WeakValueDictionary[str, Shelf]" = weakref.WeakValueDictionary()


def session_shelf() -> Shelf:
    """The shelf of this browser session."""
    if "film_shelf" not in st.session_state:
        st.session_state["film_shelf"] = Shelf()
    shelf: Shelf = st.session_state["film_shelf"]
    return shelf


def _jpeg(radiograph: Radiograph, longest_side_px: int) -> bytes:
    grey = np.round(radiograph.pixels * 255).astype(np.uint8)
    share = longest_side_px / max(grey.shape)
    if share < 1:
        grey = cv2.resize(grey, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError("the film could not be written as a picture")
    return data.tobytes()


async def serve_picture(request: Request) -> Response:
    """One picture of one session's shelf, or 404."""
    shelf = _SHELVES.get(request.path_params["shelf"])
    data = shelf.pictures.get(request.path_params["picture"]) if shelf else None
    if data is None:
        return Response(status_code=404)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(data, media_type="image/jpeg", headers=headers)
