"""Joins the scoring networks to their explanation: which crop of a film, which network, head and output."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.anatomy.frame import Frame
from core.anatomy.parts import Point
from core.anatomy.pose import fit_pose
from core.checkpoint import WeightCard
from core.joint_scoring.crops import FIELD_MM
from core.joint_scoring.scorer import JointScorer, LimbJoints, site_kind
from core.joint_scoring.table import SITE_ROWS
from core.saliency import Explainable, Heatmap, Method, explain, explain_all
from core.saliency.controls import Control, centred, prior, uniform
from core.saliency.verdict import shuffled_name
from core.svh import Damage, Limb, Site


@dataclass(frozen=True)
class SiteView:
    """The crop that scores one site.

    View [S, S] in [0, 1], its frame, the network cut at its features, and the site's output. `names` are all outputs of
    the head in order; `output` is the site's own. Values are shares of the site's maximum. `place` is the joint in
    pixels of the view, `field_px` the width there of the joint's own field: of a close-up its middle and S.
    """

    site: Site
    view: NDArray[np.float32]
    frame: Frame
    network: Explainable
    output: int
    names: tuple[str, ...]
    place: Point
    field_px: float

    @property
    def box(self) -> NDArray[np.bool_]:
        """[S, S]: the site's box, the middle half of its field, which holds the joint."""
        return self._near(0.25 * self.field_px)

    def damage(self, mask: NDArray[np.integer]) -> NDArray[np.bool_]:
        """[S, S]: damage of the site's kind in its field, from a film's mask [H, W] (1 erosion, 2 narrowing).

        The crop of a whole part holds other joints too: what lies outside the field is theirs.
        """
        code = 1 if self.site.damage is Damage.EROSION else 2
        return (self.frame.take((mask == code).astype(np.float32)) > 0.5) & self._near(0.5 * self.field_px)

    def _near(self, reach_px: float) -> NDArray[np.bool_]:
        y, x = np.mgrid[: self.frame.height_px, : self.frame.width_px]
        near: NDArray[np.bool_] = np.maximum(abs(x - self.place[0]), abs(y - self.place[1])) < reach_px
        return near

    def map(self, method: Method, *, output: int | None = None) -> Heatmap:
        """The map of an output: the site's own unless told.

        Raises: ValueError if the network has no attention and that was asked for.
        """
        chosen = self.output if output is None else output
        return explain(self.network, self.view, self.frame, output=chosen, method=method)

    def maps(self, methods: Sequence[Method], *, output: int | None = None) -> dict[str, Heatmap]:
        """The maps of several methods by name, from one look at the close-up.

        Raises: ValueError as `map` does.
        """
        chosen = self.output if output is None else output
        found = explain_all(self.network, self.view, self.frame, output=chosen, methods=methods)
        return {method.value: heat for method, heat in found.items()}

    def score(self, views: NDArray[np.float32], *, output: int | None = None) -> NDArray[np.float64]:
        """Raw outputs, not clipped, of views [N, S, S]."""
        return self.network.scores(views, self.output if output is None else output)

    def randomised(self) -> "SiteView":
        """The same close-up before a network with shuffled weights."""
        return self.before(self.network.randomised())

    def before(self, network: Explainable) -> "SiteView":
        """The same close-up before another network with the same head."""
        return replace(self, network=network)


def explainable(scorer: JointScorer, row: str) -> Explainable:
    """The network of one row of DeepRA's Table 2, with the head of that row."""

    def features(network: nn.Module, views: Tensor) -> Tensor:
        found: Tensor = network.features(views.contiguous(memory_format=torch.channels_last))  # type: ignore[operator]
        return found

    def outputs(network: nn.Module, found: Tensor) -> Tensor:
        values: Tensor = network.heads[row](found)[0]  # type: ignore[index,operator]
        return values[:, :, 0]  # the score; the other two are its quantiles

    def attention(network: nn.Module, found: Tensor) -> Tensor:
        gate: Tensor = network.heads[row](found)[1]  # type: ignore[index,operator]
        return gate

    return Explainable(scorer.networks[row], features, outputs, attention, scorer.lock)


def site_view(
    scorer: JointScorer, pixels: NDArray[np.float32], limb: Limb, joints: Mapping[str, Point], site: Site
) -> SiteView:
    """The crop of one site of a film [H, W], from its joints in film pixels.

    Raises: ValueError if the site's joint has no place on the film, or too few joints have one to cut its part out.
    """
    if site.joint not in joints:
        raise ValueError(f"{site.joint} was not found on this film, so there is nothing to explain")
    pose = fit_pose(limb, joints)
    row, output = SITE_ROWS[site]
    crops = scorer.crops(LimbJoints(pixels, limb, joints, pose), row.name)
    frame = next((crop.frame for crop in crops if site.joint in crop.joints), None)
    if frame is None:
        raise ValueError(
            f"The whole part around {site.joint} was not found on this film, so there is nothing to explain"
        )
    x, y = frame.to_view(np.array([joints[site.joint]]))[0]
    field_px = FIELD_MM[limb][site.joint] / pose.mm_per_px * frame.scale
    network = explainable(scorer, row.name)
    return SiteView(site, frame.take(pixels), frame, network, output, row.outputs, (float(x), float(y)), field_px)


def stored_prior(cards: Sequence[WeightCard], site: Site) -> list[NDArray[np.float64]]:
    """The mean attention map over validation crops of this site's kind, from its scorer's card; empty if it has none.

    `python -m core evaluate saliency --write-cards` measures and stores it.
    """
    kept = [card.calibration.get("attention_prior", {}) for card in cards]
    return [np.array(maps[site_kind(site)], float) for maps in kept if site_kind(site) in maps]


@dataclass(frozen=True)
class Explained:
    """The maps of one output and, apart, the controls that they have to beat, both by name."""

    maps: Mapping[str, Heatmap]
    controls: Mapping[str, Heatmap]

    def values(self) -> tuple[dict[str, NDArray[np.float32]], dict[str, NDArray[np.float32]]]:
        """The bare heat of maps and controls."""
        maps, controls = ({name: h.values for name, h in group.items()} for group in (self.maps, self.controls))
        return maps, controls


def site_controls(
    methods: Sequence[Method],
    shuffled: SiteView,
    *,
    output: int | None = None,
    attention_prior: Sequence[NDArray[np.floating]] = (),
) -> dict[str, Heatmap]:
    """What the maps of some methods have to beat.

    Uniform, centred, mean attention, the same methods on shuffled weights. `shuffled` is the close-up before the
    shuffled network (`view.randomised()`).
    """
    frame = shuffled.frame
    controls = {Control.UNIFORM.value: uniform(frame), Control.CENTRE.value: centred(frame)}
    if attention_prior:
        controls[Control.PRIOR.value] = prior(attention_prior, frame)
    unlearnt = shuffled.maps(methods, output=output)
    return controls | {shuffled_name(name): heat for name, heat in unlearnt.items()}


def explain_site(
    view: SiteView,
    methods: Sequence[Method],
    *,
    output: int | None = None,
    attention_prior: Sequence[NDArray[np.floating]] = (),
    shuffled: SiteView | None = None,
) -> Explained:
    """The maps of some methods with their controls. `shuffled` is `view.randomised()`, where the caller keeps it."""
    controls = site_controls(methods, shuffled or view.randomised(), output=output, attention_prior=attention_prior)
    return Explained(view.maps(methods, output=output), controls)
