"""What one browser session, and all of them together, may keep on the server: every limit in one place.

The figures keep a server with any upload under 2.5 GB: some 1.15 GB of networks and libraries, and what stands here.
"""

import threading
import weakref

from core.radiograph import Radiograph

MB = 2**20
UPLOAD_FILES = 1000  # a patient CD with its viewer has some 700 files
UPLOAD_BYTES = 250 * MB  # files in the drop zone of one session, not yet opened
UPLOAD_BYTES_ALL = 400 * MB
SESSION_FILMS = 24
SESSION_PIXEL_BYTES = 320 * MB  # opened films, 4 bytes a pixel: 24 of 3.3 million pixels, or two of the largest
PIXEL_BYTES_ALL = 900 * MB

_HELD: "weakref.WeakValueDictionary[int, Radiograph]" = weakref.WeakValueDictionary()
_LOCK = threading.RLock()


def held_bytes() -> int:
    """Bytes of the pixels of all opened films that any session still holds."""
    with _LOCK:
        return sum(film.pixels.nbytes for film in _HELD.values())


def no_room(films: list[Radiograph], film: Radiograph) -> str:
    """Why `film` cannot be kept beside the `films` of its session.

    A sentence, or empty where it can, and it is counted.
    """
    mine = sum(other.pixels.nbytes for other in films)
    if mine + film.pixels.nbytes > SESSION_PIXEL_BYTES:
        return (
            f"A case holds {SESSION_PIXEL_BYTES // (4 * MB)} million pixels at most, and these films have more. "
            "Score fewer at once, or export them at a lower resolution."
        )
    with _LOCK:
        if held_bytes() + film.pixels.nbytes > PIXEL_BYTES_ALL:
            return "The server holds as many films as it can at present. Try again when others have closed theirs."
        hold(film)
    return ""


def hold(film: Radiograph) -> None:
    """Count a film that a session keeps, as long as it keeps it."""
    with _LOCK:
        _HELD[id(film)] = film
