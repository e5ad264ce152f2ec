"""Labelled films kept small on disk for the detectors, and the close-ups of their joints for the scorer."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm, read_grey, unit
from core.joint_scoring.crops import SCORED_JOINTS, joint_frame
from core.svh import SITES, Damage, Limb, Side

CROP_PX = 160  # of the middle of a stored close-up, which is what the detector would hand over
STORED_PX = 240  # close-ups are kept wider than the network's, for turns, shifts and other scales while training
MARGIN = STORED_PX / CROP_PX
MAP_PX = 30  # truth maps of the close-ups
JOINT_KEYS: tuple[tuple[Limb, str], ...] = tuple((limb, joint) for limb in Limb for joint in SCORED_JOINTS[limb])


def smaller(film: LabelledFilm, share: float) -> LabelledFilm:
    """The film at `share` of its size, points moved along."""
    pixels = cv2.resize(film.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    fx, fy = pixels.shape[1] / film.pixels.shape[1], pixels.shape[0] / film.pixels.shape[0]
    points = {n: ((x + 0.5) * fx - 0.5, (y + 0.5) * fy - 0.5) for n, (x, y) in film.points.items()}
    return replace(film, pixels=pixels, points=points, damage_mask=None)


def store_film(folder: Path, film: LabelledFilm) -> None:
    """Write `<film_id>.jpg` and `<film_id>.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    grey = np.clip(film.pixels * 255, 0, 255).astype(np.uint8)
    cv2.imwrite(str(folder / f"{film.film_id}.jpg"), grey, [cv2.IMWRITE_JPEG_QUALITY, 93])
    grades = [film.grades.get(site) for site in SITES[film.limb]]
    row = {"limb": film.limb, "side": film.side, "points": film.points, "source": film.source, "grades": grades}
    (folder / f"{film.film_id}.json").write_text(json.dumps(row))


def stored_film(path: Path) -> LabelledFilm:
    """The film `<film_id>.jpg` with what lies beside it; pixels are uint8 to keep them small: `as_float` before use.

    Raises: FileNotFoundError if picture or points are not there.
    """
    pixels: Any = read_grey(path.with_suffix(".jpg"))
    row = json.loads(path.with_suffix(".json").read_text())
    points = {n: (float(x), float(y)) for n, (x, y) in row["points"].items()}
    limb = Limb(row["limb"])
    grades = {site: grade for site, grade in zip(SITES[limb], row["grades"], strict=True) if grade is not None}
    return LabelledFilm(pixels, limb, Side(row["side"]), points, grades, path.stem, row["source"])


def stored_films(folder: Path) -> list[LabelledFilm]:
    """Every film of a folder."""
    return [stored_film(path) for path in sorted(folder.glob("*.json"))]


def as_float(film: LabelledFilm) -> LabelledFilm:
    """The film with float32 pixels in [0, 1]."""
    return replace(film, pixels=unit(np.asarray(film.pixels, np.uint8))) if film.pixels.dtype == np.uint8 else film


@dataclass(frozen=True)
class Crops:
    """Close-ups with truth.

    `pixels` [N, 240, 240] uint8; `maps` [N, 2, 30, 30] uint8 share of erosion and gap; `truth` [N, 2] points of erosion
    and JSN (-1 where not known); `joint` [N] index into `JOINT_KEYS`; `has_map` [N]; `film` [N] number of the film.
    """

    pixels: NDArray[np.uint8]
    maps: NDArray[np.uint8]
    truth: NDArray[np.int16]
    joint: NDArray[np.int16]
    has_map: NDArray[np.bool_]
    film: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.truth)

    def save(self, path: Path) -> None:
        """Write as an npz."""
        np.savez(path, **{name: getattr(self, name) for name in self.__dataclass_fields__})

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Crops":
        """Join several npz files."""
        parts = [np.load(path) for path in paths]
        names = list(cls.__dataclass_fields__)
        shift, films = 0, []
        for part in parts:
            films.append(part["film"] + shift)
            shift = int(films[-1].max()) + 1
        return cls(
            **{n: np.concatenate([p[n] for p in parts]) if n != "film" else np.concatenate(films) for n in names}
        )


def film_crops(films: Iterable[LabelledFilm]) -> Crops:
    """The close-ups of every joint of the films that has a place and at least one known grade."""
    rows: dict[str, list] = {name: [] for name in Crops.__dataclass_fields__}  # type: ignore[type-arg]
    for number, film in enumerate(films):
        pose = fit_pose(film.limb, film.points)
        damage = [] if film.damage_mask is None else [(film.damage_mask == k).astype(np.float32) for k in (1, 2)]
        for joint in SCORED_JOINTS[film.limb]:
            if joint not in film.points:
                continue
            truth = [-1, -1]
            for site in SITES[film.limb]:
                if site.joint == joint and site in film.grades:
                    truth[0 if site.damage is Damage.EROSION else 1] = film.grades[site]
            if truth == [-1, -1]:
                continue
            frame = joint_frame(film.limb, joint, film.points, pose, side_px=STORED_PX, margin=MARGIN)
            rows["pixels"].append(np.clip(frame.take(film.pixels) * 255, 0, 255).astype(np.uint8))
            maps = np.zeros((2, MAP_PX, MAP_PX), np.uint8)
            for k, mask in enumerate(damage):
                taken = frame.take(mask) * 255
                maps[k] = cv2.resize(taken, (MAP_PX, MAP_PX), interpolation=cv2.INTER_AREA).astype(np.uint8)
            rows["maps"].append(maps)
            rows["truth"].append(truth)
            rows["joint"].append(JOINT_KEYS.index((film.limb, joint)))
            rows["has_map"].append(film.damage_mask is not None)
            rows["film"].append(number)
    return Crops(
        np.array(rows["pixels"], np.uint8),
        np.array(rows["maps"], np.uint8),
        np.array(rows["truth"], np.int16),
        np.array(rows["joint"], np.int16),
        np.array(rows["has_map"], bool),
        np.array(rows["film"], np.int32),
    )
