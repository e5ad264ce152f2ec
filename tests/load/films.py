"""Films for load: the sample's films, each a file of its own by one changed pixel."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parents[2] / "pages" / "sample_case"


def films(count: int, seed: int = 0, *, name: str = "LH") -> dict[str, bytes]:
    """`count` different files of one film of the sample, named `load-<seed>-<n>-LH.jpg`."""
    with Image.open(SAMPLE / f"P0042-{name}.jpg") as picture:
        grey = np.array(picture.convert("L"))
    chance = np.random.default_rng(seed)
    made = {}
    for number in range(count):
        other = grey.copy()
        other[chance.integers(grey.shape[0]), chance.integers(grey.shape[1])] ^= 128
        out = io.BytesIO()
        Image.fromarray(other).save(out, "JPEG", quality=92)
        made[f"load-{seed}-{number}-{name}.jpg"] = out.getvalue()
    return made


def visit(seed: int) -> dict[str, bytes]:
    """The four films of a visit."""
    return {name: data for limb in ("LH", "RH", "LF") for name, data in films(1, seed, name=limb).items()} | films(
        1, seed + 1_000_000
    )
