"""What the model reader says of a film or a site, as codes that programs compare and sentences that people read."""

from dataclasses import dataclass
from enum import StrEnum


class FilmStatus(StrEnum):
    """Whether a film has scores."""

    SCORED = "scored"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a picture that can be read is not scored; files that cannot be read have a `core.radiograph.Fault`."""

    NO_LIMB = "no_limb"
    PART_OF_LIMB = "part_of_limb"
    UNUSUAL_VIEW = "unusual_view"
    HAND_OR_FOOT = "hand_or_foot"  # which of the two cannot be told: not scored, not even when asked to
    GROWING = "growing_skeleton"
    DUPLICATE = "duplicate"


class FlagCode(StrEnum):
    """What makes a scored film doubtful."""

    SCORED_ANYWAY = "scored_anyway"
    SMALL_LIMB = "small_limb"
    PART_OF_LIMB = "part_of_limb"
    LIMB_IN_DOUBT = "limb_in_doubt"
    SIDE_IN_DOUBT = "side_in_doubt"
    SIDE_NOT_CONFIRMED = "side_not_confirmed"
    SAME_LIMB_AND_SIDE = "same_limb_and_side"
    SITES_UNSCORED = "sites_unscored"
    JOINT_PLACED = "joint_placed"


# What a person settles by saying the side.
ABOUT_THE_SIDE = frozenset({FlagCode.SIDE_IN_DOUBT, FlagCode.SIDE_NOT_CONFIRMED, FlagCode.SAME_LIMB_AND_SIDE})


@dataclass(frozen=True)
class Flag:
    """A doubt: its code, and the sentence that a person reads."""

    code: FlagCode
    text: str

    def __str__(self) -> str:
        return self.text


class Unscored(StrEnum):
    """Why the model gives a site no points."""

    NOT_ON_FILM = "not_on_film"
    NOT_CLEAR = "not_clear"

    @property
    def words(self) -> str:
        """The reason as it stands on the page and in the report."""
        return {Unscored.NOT_ON_FILM: "not on this film", Unscored.NOT_CLEAR: "not clear"}[self]
