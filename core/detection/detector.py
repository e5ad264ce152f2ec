"""From a film to the limbs on it: where each lies, its parts, and the centre of every joint, in film pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.parts import JOINTS, PARTS, Box, Point, part_boxes
from core.anatomy.pose import Pose, fit_pose
from core.anatomy.template import TEMPLATE_MM
from core.detection.network import LANDMARKS, LIMBS, VECTOR_UNIT_PX, LimbFinder, PartsNetwork
from core.svh import Limb

Floats = NDArray[np.float32]
FINDER_STRIDE = 8
HEAT_STRIDE = 4
SEEN = 0.25  # height of the heat peak above which a joint counts as seen
NEAR_MM = 7.0  # half the way from one toe's joint to the next
# How the coarse pass lays a film into its square: share of the side, direction that is up. A limb that fills its film to the
# edges, sideways above all, is found on the smaller pictures; they are tried when the first look finds nothing that fits.
LOOKS = ((1.0, 0.0), (0.62, 0.0), (0.62, 90.0))


@dataclass(frozen=True)
class SeenLimb:
    """A limb as the coarse pass sees it: kind, confidence, five landmarks in film pixels, the pose they give."""

    limb: Limb
    confidence: float
    landmarks: NDArray[np.float64]
    pose: Pose


@dataclass(frozen=True)
class FoundLimb:
    """A limb with its parts: name -> (box, confidence), joints: name -> (point, confidence), in film pixels."""

    limb: Limb
    confidence: float
    pose: Pose
    parts: Mapping[str, tuple[Box, float]]
    joints: Mapping[str, tuple[Point, float]]
    region: Box


def find_joints(
    heat: Floats, names: Sequence[str], *, near: Mapping[str, Point] = {}, within_px: float = 0.0
) -> dict[str, tuple[float, float, float]]:
    """Peaks of heat maps [P, h, w] in [0, 1] as (x, y, height of the peak) in view pixels, to a part of a cell.

    A joint of `near` is looked for within `within_px` of that place only.
    """
    found: dict[str, tuple[float, float, float]] = {}
    _, h, w = heat.shape
    rows, columns = (n * HEAT_STRIDE + (HEAT_STRIDE - 1) / 2 for n in np.ogrid[:h, :w])
    for k, name in enumerate(names):
        here = heat[k]
        if name in near:
            x, y = near[name]
            here = np.where((columns - x) ** 2 + (rows - y) ** 2 <= within_px**2, here, 0)
        row, column = divmod(int(here.argmax()), w)
        y0, y1, x0, x1 = max(0, row - 2), min(h, row + 3), max(0, column - 2), min(w, column + 3)
        patch = heat[k, y0:y1, x0:x1]
        weight = patch / max(float(patch.sum()), 1e-6)
        x = float((weight.sum(0) * np.arange(x0, x1)).sum())
        y = float((weight.sum(1) * np.arange(y0, y1)).sum())
        found[name] = ((x + 0.5) * HEAT_STRIDE - 0.5, (y + 0.5) * HEAT_STRIDE - 0.5, float(here.max()))
    return found


def whole_film_frame(height: int, width: int, side_px: int, *, share: float = 1.0, turn_deg: float = 0.0) -> Frame:
    """The film laid into the middle of a square, of whose side it fills `share`, with the direction `turn_deg` up."""
    return Frame.around(
        ((width - 1) / 2, (height - 1) / 2),
        scale=share * side_px / max(height, width),
        turn_deg=turn_deg,
        width_px=side_px,
        height_px=side_px,
    )


def landmark_template(limb: Limb) -> NDArray[np.float64]:
    """The finder's five landmarks [5, 2] on the template, mm."""
    return np.array([np.mean([TEMPLATE_MM[limb][n] for n in names], axis=0) for names in LANDMARKS[limb]])


def landmark_pose(limb: Limb, landmarks: NDArray[np.float64]) -> Pose:
    """Pose from the finder's five landmarks [5, 2] in film pixels."""
    onto = {str(k): (float(x), float(y)) for k, (x, y) in enumerate(landmark_template(limb))}
    return fit_pose(limb, {str(k): (float(x), float(y)) for k, (x, y) in enumerate(landmarks)}, onto=onto)


def seen_limbs(heat: Floats, vectors: Floats, frame: Frame, *, least: float = 0.1, most: int = 3) -> list[SeenLimb]:
    """Peaks of the finder's maps, best first.

    `heat` [2, h, w] in [0, 1], `vectors` [2 * 10, h, w] in units of 32 view pixels, `frame` the view they were read from.
    A weaker peak within half a hand of a stronger one is the same limb.
    """
    _, _h, w = heat.shape
    seen: list[SeenLimb] = []
    for index in heat.max(0).ravel().argsort()[::-1][:200]:
        row, column = divmod(int(index), w)
        kind = int(heat[:, row, column].argmax())
        confidence = float(heat[kind, row, column])
        if confidence < least or len(seen) == most:
            break
        cell = np.array([(column + 0.5) * FINDER_STRIDE - 0.5, (row + 0.5) * FINDER_STRIDE - 0.5])
        offsets = vectors[10 * kind : 10 * kind + 10, row, column].reshape(5, 2) * VECTOR_UNIT_PX
        landmarks = frame.to_film(cell + offsets)
        if not np.isfinite(landmarks).all() or np.ptp(landmarks, axis=0).max() < 1:
            continue
        pose = landmark_pose(LIMBS[kind], landmarks)
        near = [np.linalg.norm(other.landmarks[0] - landmarks[0]) * other.pose.mm_per_px < 60 for other in seen]
        if not any(near):
            seen.append(SeenLimb(LIMBS[kind], confidence, landmarks, pose))
    return seen


class Detector:
    """The networks together: finder on the film, parts network on each limb it sees, twice, and a larger one at the end.

    `last` are the larger networks: they look once, at a limb that is known to be one, for joints near the places that are known.
    """

    def __init__(
        self,
        finder: LimbFinder,
        parts: Mapping[Limb, PartsNetwork],
        *,
        device: torch.device,
        last: Mapping[Limb, PartsNetwork] | None = None,
    ) -> None:
        def placed(networks: Mapping[Limb, PartsNetwork]) -> dict[Limb, PartsNetwork]:
            return {k: n.eval().to(device).to(memory_format=torch.channels_last) for k, n in networks.items()}

        self.finder = finder.eval().to(device).to(memory_format=torch.channels_last)
        self.parts, self.last = placed(parts), placed(last or {})
        self.device = device

    @torch.inference_mode()
    def see(self, pixels: Floats, *, least: float = 0.1, look: tuple[float, float] = LOOKS[0]) -> list[SeenLimb]:
        """Coarse pass over a film [H, W] in [0, 1]; best first, none above confidence `least` if nothing looks like a limb.

        `look` is one of `LOOKS`.
        """
        height, width = pixels.shape
        frame = whole_film_frame(height, width, self.finder.settings.side_px, share=look[0], turn_deg=look[1])
        view = torch.from_numpy(frame.take(pixels))[None, None].to(self.device)
        heat, vectors = self.finder(view)
        return seen_limbs(heat[0].sigmoid().cpu().numpy(), vectors[0].cpu().numpy(), frame, least=least)

    def find(self, pixels: Floats, seen: SeenLimb) -> FoundLimb:
        """Parts and joints of one limb that the coarse pass saw.

        The parts network looks, the pose is fitted to the joints it saw, and it looks again. When it sees little, the
        limb is tried turned by quarter turns.
        """
        network = self.parts[seen.limb]
        found = self._look(network, pixels, seen.limb, seen.confidence, seen.pose)
        if _clarity(found) < 0.5:
            turned = [found] + [
                self._look(network, pixels, seen.limb, seen.confidence, _turned(seen, quarter)) for quarter in (1, 2, 3)
            ]
            found = max(turned, key=_clarity)
        pose = _joint_pose(found)
        return self._look(network, pixels, seen.limb, seen.confidence, pose) if pose else found

    def refine(self, pixels: Floats, found: FoundLimb) -> FoundLimb:
        """The limb as the larger network of its kind sees it; the same limb where there is none."""
        pose = _joint_pose(found)
        if pose is None or found.limb not in self.last:
            return found
        return self._look(self.last[found.limb], pixels, found.limb, found.confidence, pose, known=found.joints)

    @torch.inference_mode()
    def _look(
        self,
        network: PartsNetwork,
        pixels: Floats,
        limb: Limb,
        confidence: float,
        pose: Pose,
        *,
        known: Mapping[str, tuple[Point, float]] = {},
    ) -> FoundLimb:
        """One look; a joint `known` from an earlier look is looked for near its place, and stays there if it is not seen."""
        settings = network.settings
        frame = pose.frame(
            mm_per_view_px=settings.mm_per_px,
            size_px=(settings.width_px, settings.height_px),
            centre_mm=settings.centre_mm,
        )
        detections, heat = network(torch.from_numpy(frame.take(pixels))[None, None].to(self.device))
        seen = {name: point for name, (point, height) in known.items() if height > SEEN}
        near = dict(
            zip(seen, map(tuple, frame.to_view(np.array(list(seen.values())).reshape(-1, 2)).tolist()), strict=True)
        )
        peaks = find_joints(
            heat[0].sigmoid().cpu().numpy(), settings.points, near=near, within_px=NEAR_MM / settings.mm_per_px
        )
        at = frame.to_film(np.array([peaks[name][:2] for name in settings.points]))
        height, width = pixels.shape
        points: dict[str, tuple[Point, float]] = {}
        for name, (x, y) in zip(settings.points, at, strict=True):
            on_film = -1 <= x <= width and -1 <= y <= height
            points[name] = ((float(x), float(y)), peaks[name][2] if on_film else 0.0)
            if points[name][1] <= SEEN and name in seen:
                points[name] = known[name]
        found = {k: v.cpu().numpy() for k, v in detections[0].items()}
        return FoundLimb(
            limb,
            confidence,
            pose,
            _parts(limb, found, points, frame, (height, width)),
            points,
            _region(frame, (height, width)),
        )


def _clarity(found: FoundLimb) -> float:
    """Mean height of the heat peaks of the SvH joints."""
    return float(np.mean([found.joints[name][1] for name in JOINTS[found.limb]]))


def _turned(seen: SeenLimb, quarter: int) -> Pose:
    angle = np.pi / 2 * quarter
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return seen.pose.turned(turn)


def _joint_pose(found: FoundLimb) -> Pose | None:
    clear = {name: (point, height) for name, (point, height) in found.joints.items() if height > 0.3}
    if len(clear) < 4:
        return None
    return fit_pose(
        found.limb,
        {n: point for n, (point, _) in clear.items()},
        weights={n: height for n, (_, height) in clear.items()},
    )


def _region(frame: Frame, film_px: tuple[int, int]) -> Box:
    corners = frame.to_film(
        np.array([(0, 0), (frame.width_px, 0), (0, frame.height_px), (frame.width_px, frame.height_px)], float)
    )
    return _clip((*corners.min(0), *corners.max(0)), film_px)


def _clip(box: Sequence[float], film_px: tuple[int, int]) -> Box:
    height, width = film_px
    x0, y0 = min(max(0.0, float(box[0])), width - 1.0), min(max(0.0, float(box[1])), height - 1.0)
    return x0, y0, max(x0 + 1, min(float(width), float(box[2]))), max(y0 + 1, min(float(height), float(box[3])))


def _parts(
    limb: Limb,
    detections: Mapping[str, NDArray[np.floating]],
    points: Mapping[str, tuple[Point, float]],
    frame: Frame,
    film_px: tuple[int, int],
) -> dict[str, tuple[Box, float]]:
    """Best RetinaNet box of each class; where the joints of the part are clear, the box that they give on the film.

    The paper's boxes are parallel to the film's edges while the view is turned, and joints carry over a turn exactly.
    """
    clear = {name: point for name, (point, height) in points.items() if height > SEEN}
    from_joints = part_boxes(limb, clear)
    found: dict[str, tuple[Box, float]] = {}
    for k, part in enumerate(PARTS[limb]):
        mine = detections["labels"] == k
        if not mine.any():
            continue
        best = int(np.flatnonzero(mine)[detections["scores"][mine].argmax()])
        x0, y0, x1, y1 = detections["boxes"][best]
        corners = frame.to_film(np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)], float))
        box = _clip(from_joints.get(part, (*corners.min(0), *corners.max(0))), film_px)
        found[part] = (box, float(detections["scores"][best]))
    return found
