"""Real films without marks (FracAtlas, CC BY 4.0), sorted by eye into what they show: to learn and to test refusing."""

import json
from pathlib import Path

LABELS = Path(__file__).with_name("unmarked_films.json")
REFUSED = ("knee", "ankle", "other")


def unmarked_films(folder: Path, kind: str, *, held_out: bool) -> list[Path]:
    """Paths of the films of a kind: a label of `unmarked_films.json`, or "hip_shoulder" for that whole folder.

    Every second film is held out from training.
    """
    labels: dict[str, str] = json.loads(LABELS.read_text())
    names = [
        name
        for name, label in sorted(labels.items())
        if (
            name.startswith("hip_shoulder/")
            if kind == "hip_shoulder"
            else label == kind and not name.startswith("hip_shoulder/")
        )
    ]
    return [folder / "unlabelled" / name for name in names[int(held_out) :: 2]]
