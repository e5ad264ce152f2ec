"""Whether the compressed data of a JPEG picture is damaged.

What the decoder warns of, and steps of brightness where none belong. A wrong bit in a JPEG scan either breaks the code,
of which the decoder warns and goes on, or changes one difference of brightness: then every block after it is lighter or
darker by the same amount, without any warning.
"""

import re

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from core.radiograph.codestream import jpeg_frame
from core.radiograph.film import Fault, FilmError, FilmNote, NoteKind
from core.radiograph.jpeg_scan import scan_is_whole

_DAMAGED = "the compressed picture is damaged inside: what follows the damage would be wrong. Send the file again."
_STEP = 3.0  # grey levels of 255: smaller steps change no score
_AGREE = 0.85  # of the blocks along a step go its way
_LEAST_BLOCKS = 8
_CLIPPED = (4, 251)
_LIKE = 0.6  # correlation of the two sides: a step within one picture, not its edge
_PADDING = re.compile(rb"(?:\x00|\xff)*\xff\xd9[\x00\xff]*$")


def check_scan(data: bytes, name: str) -> tuple[FilmNote, ...]:
    """Notes on a JPEG stream.

    One without loss or of 12 bits has its code words counted, because its decoder never warns.
    Raises: FilmError if its compressed data is damaged.
    """
    frame = jpeg_frame(data)
    if frame is not None and (frame.bits != 8 or frame.lossless):
        if scan_is_whole(data) is False:
            raise FilmError(Fault.DAMAGED, _DAMAGED, name)
        return ()
    try:
        grey = simplejpeg.decode_jpeg(data, "GRAY", strict=True)[..., 0]
    except ValueError as error:
        try:
            grey = simplejpeg.decode_jpeg(data, "GRAY", strict=False)[..., 0]
        except ValueError:
            return ()  # not for this decoder at all; the one that reads the film decides
        if not ("extraneous" in str(error) and _padded(data)):
            raise FilmError(Fault.DAMAGED, _DAMAGED, name) from None
    _, _, _, subsampling = simplejpeg.decode_jpeg_header(data)
    if brightness_step(grey, 16 if subsampling in ("420", "440") else 8, 16 if subsampling in ("420", "422") else 8):
        words = (
            "The brightness changes by a step along the blocks of the compression: the file may be damaged. Compare it"
            " with the original."
        )
        return (FilmNote(NoteKind.DAMAGE, words),)
    return ()


def _padded(data: bytes) -> bool:
    """Whether nothing but padding stands before the end mark: some writers fill up."""
    tail = data[-64:]
    end = tail.rfind(b"\xff\xd9")
    return end > 1 and not any(byte not in (0x00, 0xFF) for byte in tail[max(0, end - 2) : end])


def brightness_step(grey: NDArray[np.uint8], block_high: int, block_wide: int) -> bool:
    """Whether all of a picture [H, W] after one block is lighter or darker by a constant, in the order of a JPEG scan.

    The step runs along the upper edge of a row of blocks from some block on, and along its lower edge up to that block.
    """
    rows, columns = grey.shape[0] // block_high, grey.shape[1] // block_wide
    if rows < 3 or columns < _LEAST_BLOCKS:
        return False
    values = grey[: rows * block_high, : columns * block_wide].astype(np.float32)
    edges = np.arange(1, rows) * block_high

    def means(lines: NDArray[np.intp]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = values[lines].reshape(len(lines), columns, block_wide).mean(2)
        return found

    before, above, below, after = (means(edges + k) for k in (-2, -1, 0, 1))
    jump = (below - above) - 0.5 * ((above - before) + (after - below))
    clipped = (np.minimum(above, below) < _CLIPPED[0]) | (np.maximum(above, below) > _CLIPPED[1])
    # A step needs so many blocks that go one way by half of it, in its row or the next: few rows have them.
    sides = np.stack([((way * jump > 0.5 * _STEP) & ~clipped).sum(1) for way in (-1, 1)])
    sides[:, :-1] += sides[:, 1:]
    likely = sides.max(0) >= max(_AGREE * _LEAST_BLOCKS, columns // 10)
    starts = np.arange(0, columns, max(1, columns // 48))

    def along(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many blocks along the step that begins at each row and start have the flag."""
        until = np.pad(flags.cumsum(1), ((0, 1), (1, 0)))[:, [*starts, columns]]
        count: NDArray[np.int64] = until[:-1, -1:] - until[:-1, :-1] + until[1:, :-1]
        return count

    # The median of the blocks is a step, so half of them are: counted for all before any is looked at closely.
    good_blocks = along(~clipped)
    stepped = np.maximum(*(along((way * jump >= _STEP) & ~clipped) for way in (-1, 1)))
    may = likely[:, None] & (good_blocks >= _LEAST_BLOCKS) & (stepped >= good_blocks // 2)
    may[-1, 1:] = False
    for row, at in np.argwhere(may):
        pick = np.where(np.arange(columns) >= starts[at], row, row + bool(starts[at])), np.arange(columns)
        good, steps = ~clipped[pick], jump[pick]
        high, low = above[pick][good], below[pick][good]
        step = float(np.median(steps[good]))
        expected = np.clip(above[pick] + step, 0, 255) - above[pick]  # black stays black
        moved = np.abs(expected) >= _STEP
        if abs(step) < _STEP or float(np.mean(np.abs(steps - expected)[moved] < 0.5 * abs(step))) < _AGREE:
            continue
        if high.std() > 2 and low.std() > 2 and np.corrcoef(high, low)[0, 1] > _LIKE:
            return True
    return False
