"""From a film to the limbs on it: where each lies, its parts, and the centre of every joint, in film pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.anatomy.frame import Frame
from core.anatomy.parts import PARTS, Box, Point, part_boxes
from core.anatomy.pose import Pose
from core.detection.found import HEAT_STRIDE, FoundLimb, Sight, find_joints
from core.detection.limb_votes import SeenLimb, seen_limbs
from core.detection.network import LimbFinder, PartsNetwork
from core.detection.places import off_film, without_strays
from core.detection.poses import better_pose
from core.svh import Limb

Floats = NDArray[np.float32]
CLEAR = 0.6  # mean height of the peaks of a limb that is certainly seen the right way round
NEAR_MM = 7.0  # half the way from one toe's joint to the next
# How the coarse pass lays a film into its square: share of the side, direction that is up. A limb that fills its film
# to the edges, sideways above all, may be found on the smaller pictures; they are tried when the first look finds
# nothing that fits.
LOOKS = ((1.0, 0.0), (0.62, 90.0))


def whole_film_frame(height: int, width: int, side_px: int, *, share: float = 1.0, turn_deg: float = 0.0) -> Frame:
    """The film laid into the middle of a square, of whose side it fills `share`, with the direction `turn_deg` up."""
    return Frame.around(
        ((width - 1) / 2, (height - 1) / 2),
        scale=share * side_px / max(height, width),
        turn_deg=turn_deg,
        width_px=side_px,
        height_px=side_px,
    )


class Detector:
    """The networks together: finder on the film, parts network twice on each limb it sees, a larger one at the end.

    `last` are the larger networks: they look once, at a limb that is known to be one, for joints near the places that
    are known.
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
    def see(self, pixels: Floats, *, look: tuple[float, float] = LOOKS[0], min_heat: float = 0.3) -> Sight:
        """Coarse pass over a film [H, W] in [0, 1]; `look` is one of `LOOKS`."""
        height, width = pixels.shape
        frame = whole_film_frame(height, width, self.finder.settings.side_px, share=look[0], turn_deg=look[1])
        view = torch.from_numpy(frame.take(pixels))[None, None].to(self.device)
        heat, maps, polarity = (value[0].float().cpu() for value in self.finder(view))
        limbs = seen_limbs(heat.sigmoid().numpy(), maps.numpy(), frame, min_heat=min_heat)
        return Sight(tuple(limbs), float(polarity))

    def find(self, pixels: Floats, seen: SeenLimb) -> FoundLimb:
        """Parts and joints of one limb that the coarse pass saw.

        A look, the pose from what it showed, and a second look. The coarse pass does not tell the side: where the limb
        is not clear as a right one, it is looked at as a left one too.
        """
        found = self._looks(pixels, seen, seen.pose)
        if found.clarity < CLEAR:
            other = self._looks(pixels, seen, seen.pose.turned(np.diag([-1.0, 1.0])))
            found = max(found, other, key=lambda limb: limb.clarity * (1 - len(limb.off_film) / (2 * len(limb.joints))))
        return replace(found, pose=better_pose(found), other_kind=seen.other_kind)

    def _looks(self, pixels: Floats, seen: SeenLimb, pose: Pose) -> FoundLimb:
        """A look, the pose from what it showed, and a second look.

        A third where the second changed the size by a tenth.
        """
        network = self.parts[seen.limb]
        for _ in range(3):
            found = self._look(network, pixels, seen.limb, seen.confidence, pose)
            better = better_pose(found)
            if abs(np.log(better.mm_per_px / pose.mm_per_px)) < 0.1 and pose is not seen.pose:
                break
            pose = better
        return found

    def refine(self, pixels: Floats, found: FoundLimb) -> FoundLimb:
        """The limb as the larger network of its kind sees it; the same limb where there is none."""
        if found.limb not in self.last:
            return found
        network = self.last[found.limb]
        again = self._look(network, pixels, found.limb, found.confidence, found.pose, known=found.joints)
        return replace(found, parts=again.parts, joints=again.joints, region=again.region)

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
        """One look at a limb.

        A joint `known` from an earlier look is looked for near its place, and stays there if it is not seen.
        """
        settings = network.settings
        frame = pose.frame(
            mm_per_view_px=settings.mm_per_px,
            size_px=(settings.width_px, settings.height_px),
            centre_mm=settings.centre_mm,
        )
        detections, heat, glance = network(torch.from_numpy(frame.take(pixels))[None, None].to(self.device))
        seen = {name: point for name, (point, height) in known.items() if height > settings.seen}
        near = dict(
            zip(seen, map(tuple, frame.to_view(np.array(list(seen.values())).reshape(-1, 2)).tolist()), strict=True)
        )
        height, width = pixels.shape
        peaks = find_joints(
            heat[0].float().sigmoid().cpu().numpy(),
            settings.points,
            near=near,
            within_px=NEAR_MM / settings.mm_per_px,
            on=_cells_on_film(frame, (height, width)),
        )
        at = frame.to_film(np.array([peaks[name][:2] for name in settings.points]))
        points: dict[str, tuple[Point, float]] = {}
        for name, (x, y) in zip(settings.points, at, strict=True):
            points[name] = ((float(x), float(y)), peaks[name][2])
            if points[name][1] <= settings.seen and name in seen:
                points[name] = known[name]
        points = without_strays(pose, points, settings.seen)
        found = {k: v.float().cpu().numpy() for k, v in detections[0].items()}
        return FoundLimb(
            limb,
            confidence,
            pose,
            _parts(limb, found, points, frame, (height, width), settings.seen),
            points,
            _region(frame, (height, width)),
            off_film(pose, points, (height, width), settings.seen),
            growing=float(glance[0, 1]) if network.glance is not None else -9.0,
            log_size=float(glance[0, 0]),
        )


def _cells_on_film(frame: Frame, film_px: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells [h, w] of a heat map have their middle on the film."""
    columns, rows = (
        np.arange(n // HEAT_STRIDE) * HEAT_STRIDE + (HEAT_STRIDE - 1) / 2 for n in (frame.width_px, frame.height_px)
    )
    at = frame.to_film(np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2))
    on = (at >= -0.5).all(1) & (at[:, 0] < film_px[1]) & (at[:, 1] < film_px[0])
    return on.reshape(len(rows), len(columns))


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
    seen: float,
) -> dict[str, tuple[Box, float]]:
    """Best RetinaNet box of each class; where the joints of the part are clear, the box that they give on the film.

    The paper's boxes are parallel to the film's edges while the view is turned, and joints carry over a turn exactly.
    """
    clear = {name: point for name, (point, height) in points.items() if height > seen}
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
