"""Whether a limb that was found may be scored: a hand seen from the back or the palm, a foot from above, and enough of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.anatomy.parts import JOINTS
from core.anatomy.template import TEMPLATE_MM
from core.detection.detector import FoundLimb
from core.model_reader.codes import Flag, FlagCode, Refusal
from core.radiograph.film import Radiograph
from core.svh import Limb

LIMB_WORD = {Limb.HAND: "hand", Limb.FOOT: "foot"}


@dataclass(frozen=True)
class Verdict:
    """Without a `code` the limb may be scored. `flags` are doubts that do not stop it."""

    code: Refusal | None = None
    reason: str = ""
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Gate:
    """Thresholds, set on validation films and stored in the finder's card.

    `seen`: confidence of the coarse pass; `clear_share`: share of the SvH joints whose heat peak is above `clear_height`;
    `misfit_mm`: median distance of the joints from the average limb after the best turn, scale and mirror; `joint_height`: a
    joint below it is not scorable.
    """

    seen: float = 0.3
    clear_height: float = 0.35
    clear_share: float = 0.6
    misfit_mm: float = 9.0
    joint_height: float = 0.15

    @classmethod
    def from_card(cls, values: Mapping[str, Any]) -> "Gate":
        """The thresholds of a card; those it lacks are the defaults."""
        return cls(**{key: float(value) for key, value in values.items() if key in cls.__dataclass_fields__})

    def judge(self, found: FoundLimb, film: Radiograph) -> Verdict:
        """Refuse with a code and a reason, or let pass."""
        word = LIMB_WORD[found.limb]
        heights = [found.joints[name][1] for name in JOINTS[found.limb]]
        share = float(np.mean([height >= self.clear_height for height in heights]))
        fit = misfit_mm(found)
        if found.confidence < self.seen or share < 0.25:
            return Verdict(
                Refusal.NO_LIMB,
                "No hand or foot was found on this film. Send a PA film of a hand or a dorsoplantar film of a foot.",
            )
        if share < self.clear_share:
            return Verdict(
                Refusal.PART_OF_LIMB,
                f"Only {round(share * 100)} % of the joints of a {word} are clear on this film: it may be cut off, seen from the side, "
                "or another part of the body. Send the whole limb, or have it scored anyway.",
            )
        if fit > self.misfit_mm:
            return Verdict(
                Refusal.UNUSUAL_VIEW,
                f"This does not look like a {word} seen straight from above: it may be oblique, lateral or curled. Send a PA or "
                "dorsoplantar film, or have it scored anyway.",
            )
        flags = []
        if found.pose.mm_per_px > 0.45:
            words = "The limb is small on this picture: fine erosions and narrowing cannot be seen. Send the film at full size."
            flags.append(Flag(FlagCode.SMALL_LIMB, words))
        claimed = {limb for limb in (film.limb_tag, film.limb_name) if limb is not None}
        if claimed and found.limb not in claimed:
            words = f"The file says {LIMB_WORD[claimed.pop()]}, the picture shows a {word}."
            flags.append(Flag(FlagCode.LIMB_IN_DOUBT, words))
        return Verdict(flags=tuple(flags))


def misfit_mm(found: FoundLimb) -> float:
    """Median distance, in mm of the average limb, of the clear joints from their places on it."""
    names = [n for n in JOINTS[found.limb] if n in TEMPLATE_MM[found.limb] and found.joints[n][1] > 0.15]
    if len(names) < 3:
        return float("inf")
    at = found.pose.to_mm(np.array([found.joints[n][0] for n in names]))
    return float(np.median(np.linalg.norm(at - np.array([TEMPLATE_MM[found.limb][n] for n in names]), axis=1)))
