"""Joins the whole-hand network to its explanation.

The picture of both hands, and the way of its heat back to the films.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.anatomy.frame import Frame
from core.anatomy.parts import Point
from core.anatomy.pose import fit_pose
from core.cohort.labelled_film import LabelledFilm
from core.joint_scoring.crops import SCORED_JOINTS, joint_frame
from core.model_reader.evidence import VisitReading
from core.model_reader.explanation import Explained
from core.model_reader.whole_hand import counted_hands, upright_frame
from core.saliency import Explainable, Heatmap, Method, explain_all
from core.saliency.controls import Control, uniform
from core.saliency.verdict import shuffled_name
from core.svh import Damage, Limb, Side
from core.whole_hand import WholeHandScorer
from core.whole_hand.picture import hands_picture

Mask = NDArray[np.bool_]
METHODS = tuple(
    method for method in Method if method is not Method.ATTENTION
)  # the network has no attention of its own
CENTRED = Control.CENTRE.value
BOX_PX = 64  # side of the square view that a joint's box is measured in


@dataclass(frozen=True)
class HandFilm:
    """One hand on its film [H, W] as stored, in [0, 1]: `upright` takes the hand out, fingers up.

    Joints in film pixels. `damage` [H, W] is the truth of a phantom: its erosions, and the gaps of its narrowed joints.
    """

    pixels: NDArray[np.float32]
    joints: Mapping[str, Point]
    upright: Frame
    damage: Mask | None = None


def _boxes_on_film(joints: Mapping[str, Point]) -> dict[str, NDArray[np.float64]]:
    """The box of each scored joint, the middle half of its close-up, as four corners [4, 2] in film pixels."""
    if len(joints) < 3:  # too few to know how the hand lies
        return {}
    pose, low, high = fit_pose(Limb.HAND, joints), BOX_PX / 4 - 0.5, 3 * BOX_PX / 4 - 0.5
    corners = np.array([[low, low], [high, low], [high, high], [low, high]])
    return {
        joint: joint_frame(Limb.HAND, joint, joints, pose, side_px=BOX_PX).to_film(corners)
        for joint in SCORED_JOINTS[Limb.HAND]
        if joint in joints
    }


def _filled(shape: tuple[int, ...], polygons: Iterable[NDArray[np.float64]]) -> Mask:
    """The pixels [H, W] inside any of some convex polygons [N, 2]."""
    filled = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.fillConvexPoly(filled, np.round(polygon).astype(np.int32), 1)
    return filled > 0


def _damage(film: LabelledFilm) -> Mask | None:
    if film.damage_mask is None:
        return None
    narrowed = {site.joint for site, grade in film.grades.items() if site.damage is Damage.JSN and grade > 0}
    boxes = (box for joint, box in _boxes_on_film(film.points).items() if joint in narrowed)
    # The mask holds every joint's gap, narrowed or not.
    shown: Mask = (film.damage_mask == 1) | ((film.damage_mask == 2) & _filled(film.damage_mask.shape, boxes))
    return shown


def hands_of_visit(visit: VisitReading, pixels: Mapping[str, NDArray[np.float32]]) -> dict[Side, HandFilm]:
    """The hands that count, out of films [H, W] by SHA-256: those that the whole-hand network scored."""
    return {
        side: HandFilm(
            pixels[film.sha256],
            {joint.name: (joint.x, joint.y) for joint in film.joints},
            upright_frame(film, pixels[film.sha256]),
        )
        for side, film in counted_hands(visit, pixels).items()
    }


def hands_of_films(films: Sequence[LabelledFilm]) -> dict[Side, HandFilm]:
    """The hands among films whose truth is known; phantoms lie with fingers up."""
    return {
        film.side: HandFilm(
            np.clip(film.pixels, 0, 1).astype(np.float32),
            film.points,
            Frame(np.eye(2, 3), film.pixels.shape[1], film.pixels.shape[0]),
            _damage(film),
        )
        for film in films
        if film.limb is Limb.HAND
    }


@dataclass(frozen=True)
class HandsView:
    """The picture [S, S] of both hands, where each upright hand lies in it, and the network cut at its features."""

    picture: NDArray[np.float32]
    hands: Mapping[Side, HandFilm]
    places: Mapping[Side, Frame]
    network: Explainable

    @property
    def frame(self) -> Frame:
        """The picture as a view of itself."""
        return Frame(np.eye(2, 3), self.picture.shape[1], self.picture.shape[0])

    def from_film(self, side: Side) -> Frame:
        """From pixels of a hand's film as stored to those of the picture."""
        return self.hands[side].upright.then(self.places[side])

    def on_film(self, heat: Heatmap, side: Side) -> NDArray[np.float32]:
        """The heat of a map of the picture on a hand's film [H, W] as stored."""
        return replace(heat, frame=self.from_film(side)).on_film(*self.hands[side].pixels.shape)

    def on_hand(self, heat: Heatmap, side: Side) -> NDArray[np.float32]:
        """The heat of a map of the picture on the upright hand, of the size of `upright.take(film)`."""
        upright = self.hands[side].upright
        return replace(heat, frame=self.places[side]).on_film(upright.height_px, upright.width_px)

    def maps(self, methods: Sequence[Method]) -> dict[str, Heatmap]:
        """The maps of the picture by name, from one look at it.

        Raises: ValueError for the attention: the network has none.
        """
        found = explain_all(self.network, self.picture, self.frame, output=0, methods=methods)
        return {method.value: heat for method, heat in found.items()}

    def score(self) -> float:
        """The z-scored total that the network gives, before it is turned into points and clipped."""
        return float(self.network.scores(self.picture[None], 0)[0])

    def before(self, network: Explainable) -> "HandsView":
        """The same picture before another whole-hand network."""
        return replace(self, network=network)

    def rectangles(self) -> dict[Side, tuple[int, int, int, int]]:
        """Where each film lies in the picture: x0, y0, x1, y1 with x0 < x1 and y0 < y1, the ends outside."""
        found = {}
        for side, place in self.places.items():
            upright = self.hands[side].upright
            corners = np.array([[-0.5, -0.5], [upright.width_px - 0.5, upright.height_px - 0.5]])
            (x0, y0), (x1, y1) = np.round(place.to_view(corners) + 0.5).astype(int)
            found[side] = (int(x0), int(y0), int(x1), int(y1))
        return found

    @property
    def seen(self) -> Mask:
        """The pixels of the picture [S, S] that show a film.

        Neither the ground nor the mirror picture of a missing hand.
        """
        seen = np.zeros(self.picture.shape, bool)
        for x0, y0, x1, y1 in self.rectangles().values():
            seen[y0:y1, x0:x1] = True
        return seen

    def joint_boxes(self) -> Mask:
        """The boxes of the scored joints in the picture [S, S]: the middle half of each joint's close-up."""
        boxes = np.zeros(self.picture.shape, bool)
        for side, hand in self.hands.items():
            to_picture = self.from_film(side)
            boxes |= _filled(boxes.shape, (to_picture.to_view(box) for box in _boxes_on_film(hand.joints).values()))
        return boxes & self.seen

    def damage(self) -> Mask | None:
        """The pixels of the picture [S, S] into which any damage falls; None where the truth is not known."""
        found = np.zeros(self.picture.shape, bool)
        for side, hand in self.hands.items():
            if hand.damage is None:
                return None
            found |= self.from_film(side).take(hand.damage.astype(np.float32)) > 0
        return found & self.seen


def hands_view(scorer: WholeHandScorer, hands: Mapping[Side, HandFilm]) -> HandsView:
    """The picture that the network scores, out of one hand or two.

    Raises: ValueError without any hand.
    """
    upright = {side: hand.upright.take(hand.pixels) for side, hand in hands.items()}
    made = hands_picture(upright.get(Side.L), upright.get(Side.R), scorer.network.settings.side_px)
    places = {side: frame for side, frame in ((Side.L, made.left), (Side.R, made.right)) if frame is not None}
    return HandsView(made.pixels, hands, places, explainable_hands(scorer))


def explainable_hands(scorer: WholeHandScorer) -> Explainable:
    """The whole-hand network cut at its features; its one output is the z-scored total."""

    def features(network: nn.Module, views: Tensor) -> Tensor:
        found: Tensor = network.features(views)  # type: ignore[operator]
        return found

    def outputs(network: nn.Module, found: Tensor) -> Tensor:
        total: Tensor = network.head(found)  # type: ignore[operator]
        return total[:, None]

    return Explainable(scorer.network, features, outputs, lock=scorer.lock)


def points_of(scorer: WholeHandScorer, z: float) -> float:
    """Points of both hands from a z-scored total, not clipped."""
    return float(scorer.network.points(torch.tensor(z, dtype=torch.float64)))


def hands_controls(methods: Sequence[Method], shuffled: HandsView) -> dict[str, Heatmap]:
    """What the maps have to beat.

    Uniform, a Gaussian in the middle of each film, the same methods on shuffled weights.
    """
    frame = shuffled.frame
    middle = np.zeros(shuffled.picture.shape)
    for x0, y0, x1, y1 in shuffled.rectangles().values():
        y, x = np.mgrid[y0:y1, x0:x1]
        far = ((x - (x0 + x1 - 1) / 2) / (x1 - x0)) ** 2 + ((y - (y0 + y1 - 1) / 2) / (y1 - y0)) ** 2
        middle[y0:y1, x0:x1] = np.exp(-far / (2 / 36))  # a sixth of the film wide, as in a close-up
    controls = {Control.UNIFORM.value: uniform(frame), CENTRED: Heatmap.stretched(middle, frame)}
    return controls | {shuffled_name(name): heat for name, heat in shuffled.maps(methods).items()}


def explain_hands(view: HandsView, methods: Sequence[Method], shuffled: HandsView) -> Explained:
    """The maps of some methods of the picture with their controls; `shuffled` is the view before a shuffled network."""
    return Explained(view.maps(methods), hands_controls(methods, shuffled))
