"""Code words of a JPEG scan, counted; compiled, because a film has millions of them."""

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)  # type: ignore[misc, untyped-decorator, unused-ignore]
def bits_needed(
    data: NDArray[np.uint8],
    bits: int,
    groups: int,
    first: NDArray[np.int32],
    rest: NDArray[np.int32],
    lossless: bool,
) -> int:
    """Bits that so many groups of blocks take from `data`, -1 where a code is invalid or the bits do not suffice.

    `first` and `rest` [blocks, 65536] are look-ups of a block's first code word and of the others by the next 16 bits:
    length * 256 + symbol. A lossless block is one difference.
    """
    at = 0
    for _ in range(groups):
        for block in range(first.shape[0]):
            byte = at >> 3
            window = (np.int64(data[byte]) << 16) | (np.int64(data[byte + 1]) << 8) | np.int64(data[byte + 2])
            word = first[block, (window >> (8 - (at & 7))) & 0xFFFF]
            size = word & 255
            if word == 0 or size > 16:
                return -1
            at += (word >> 8) + (size if size < 16 else 0)
            if at > bits:
                return -1
            k = 64 if lossless else 1
            while k < 64:
                byte = at >> 3
                window = (np.int64(data[byte]) << 16) | (np.int64(data[byte + 1]) << 8) | np.int64(data[byte + 2])
                word = rest[block, (window >> (8 - (at & 7))) & 0xFFFF]
                if word == 0:
                    return -1
                run, size = (word & 255) >> 4, word & 15
                at += (word >> 8) + size
                if at > bits:
                    return -1
                if size == 0 and run < 15:
                    break
                k += run + 1
            if not lossless and k > 64:
                return -1
    return at
