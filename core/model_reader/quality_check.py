"""Whether a limb that was found may be scored.

A hand seen from the back or the palm, a foot from above, and enough of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.anatomy.parts import JOINTS
from core.anatomy.template import TEMPLATE_MM
from core.detection.found import FoundLimb
from core.model_reader.codes import Flag, FlagCode, Refusal
from core.radiograph.film import NoteKind, Radiograph
from core.svh.words import LIMB_WORD


@dataclass(frozen=True)
class Verdict:
    """Without a `code` the limb may be scored. `flags` are doubts that do not stop it."""

    code: Refusal | None = None
    reason: str = ""
    flags: tuple[Flag, ...] = ()


NOTHING_FOUND = "No hand or foot was found on this film. Send a PA film of a hand or a dorsoplantar film of a foot."


@dataclass(frozen=True)
class QualityCheck:
    """Thresholds, set on validation films and stored in the finder's card.

    `seen`: confidence of the coarse pass; `clear_joints` and `clear_share`: how many of the SvH joints that should be
    on the film, and which share of them, have a heat peak above `clear_height`; `misfit_mm`: median distance of the
    joints from the average limb after the best turn, scale and mirror; `joint_height`: a joint below it is not
    scorable; `other_kind`: what may speak for the other kind of limb; `growing`: logit of a growing skeleton above
    which a film is refused; `inverted`: that of a film that is light for dark above which it is turned round.
    """

    seen: float = 0.4
    clear_height: float = 0.22
    clear_joints: float = 3
    clear_share: float = 0.5
    misfit_mm: float = 14.0
    joint_height: float = 0.15
    other_kind: float = 0.3
    growing: float = 2.0
    inverted: float = 0.0

    @classmethod
    def from_card(cls, values: Mapping[str, Any]) -> "QualityCheck":
        """The thresholds of a card; those it lacks are the defaults."""
        return cls(**{key: float(value) for key, value in values.items() if key in cls.__dataclass_fields__})

    def judge(self, found: FoundLimb, film: Radiograph) -> Verdict:
        """Refuse with a code and a reason, or let pass."""
        word = LIMB_WORD[found.limb]
        expected = [name for name in JOINTS[found.limb] if name not in found.off_film]
        clear = [name for name in expected if found.joints[name][1] >= self.clear_height]
        share = len(clear) / max(len(expected), 1)
        if found.confidence < self.seen or len(clear) < self.clear_joints or share < 0.25:
            return Verdict(Refusal.NO_LIMB, NOTHING_FOUND)
        if found.other_kind > self.other_kind:
            return Verdict(
                Refusal.HAND_OR_FOOT,
                "It cannot be told whether this film shows a hand or a foot, so it is not scored. Send a film that"
                " shows more of it.",
            )
        if share < self.clear_share:
            return Verdict(
                Refusal.PART_OF_LIMB,
                f"Only {len(clear)} of the {len(expected)} joints of a {word} that this film should show are clear: it"
                " may be seen from the side, or be another part of the body. Send a PA or dorsoplantar film, or have"
                " it scored anyway.",
            )
        if misfit_mm(found) > self.misfit_mm:
            return Verdict(
                Refusal.UNUSUAL_VIEW,
                f"This does not look like a {word} seen straight from above: it may be oblique, lateral or curled. Send"
                " a PA or dorsoplantar film, or have it scored anyway.",
            )
        if found.growing > self.growing or any(note.kind is NoteKind.CHILD for note in film.notes):
            return Verdict(
                Refusal.GROWING,
                f"This looks like the {word} of a child or a young person: open growth plates look like damage to the"
                " model, and the score is made for grown bones. Have it scored anyway if the patient is grown up.",
            )
        return Verdict(flags=tuple(self._doubts(found, film, len(expected))))

    def _doubts(self, found: FoundLimb, film: Radiograph, expected: int) -> Iterator[Flag]:
        word, joints = LIMB_WORD[found.limb], len(JOINTS[found.limb])
        if expected < joints:
            words = (
                f"Only part of the {word} is on this film: {joints - expected} of its {joints} joints lie off it and"
                " have no points."
            )
            yield Flag(FlagCode.PART_OF_LIMB, words)
        if found.pose.mm_per_px > 0.45:
            words = (
                "The limb is small on this picture: fine erosions and narrowing cannot be seen. Send the film at full"
                " size."
            )
            yield Flag(FlagCode.SMALL_LIMB, words)
        claimed = {limb for limb in (film.limb_tag, film.limb_name) if limb is not None}
        if claimed and found.limb not in claimed:
            words = f"The file says {LIMB_WORD[claimed.pop()]}, the picture shows a {word}."
            yield Flag(FlagCode.LIMB_IN_DOUBT, words)


def misfit_mm(found: FoundLimb) -> float:
    """Median distance, in mm of the average limb, of the clear joints from their places on it."""
    names = [n for n in JOINTS[found.limb] if n in TEMPLATE_MM[found.limb] and found.joints[n][1] > 0.25]
    if len(names) < 3:
        return float("inf")
    at = found.pose.to_mm(np.array([found.joints[n][0] for n in names]))
    return float(np.median(np.linalg.norm(at - np.array([TEMPLATE_MM[found.limb][n] for n in names]), axis=1)))
