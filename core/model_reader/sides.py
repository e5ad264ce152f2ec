"""Which side a film shows: what the user, the file and the anatomy say, and a question where they disagree."""

from dataclasses import dataclass

from core.detection.found import FoundLimb
from core.model_reader.codes import Flag, FlagCode
from core.radiograph.film import Radiograph
from core.svh import Limb, Side
from core.svh.words import LIMB_WORD, SIDE_WORD

NOT_CONFIRMED = "The side is not confirmed: only the anatomy tells it, and a mirrored film looks like the other side."
SOURCE_WORD = {
    "user": "you say",
    "tag": "the DICOM tag says",
    "name": "the file name says",
    "anatomy": "the anatomy shows",
}


@dataclass(frozen=True)
class SideProposal:
    """The side, where it comes from, and a question for the user where the sources disagree (else empty)."""

    side: Side
    source: str
    question: str = ""
    flags: tuple[Flag, ...] = ()


def propose_side(
    film: Radiograph, found: FoundLimb, slot: tuple[Limb, Side | None] | None, *, alone: bool
) -> SideProposal:
    """The user's word counts first, then the tag, then the name, then the anatomy; a disagreement is asked about.

    On a film with two limbs the file speaks for neither. The anatomy is that of a PA hand or DP foot that is not
    mirrored; films are mirrored or mislabelled in life, so it does not overrule a label, and alone it is not enough:
    the side is not confirmed then.
    """
    said: dict[str, Side] = {}
    if slot is not None and slot[1] is not None:
        said["user"] = slot[1]
    if alone and film.side_tag:
        said["tag"] = film.side_tag
    if alone and film.side_name:
        said["name"] = film.side_name
    said["anatomy"] = found.pose.side
    source, side = next(iter(said.items()))
    flags: list[Flag] = []
    if slot is not None and slot[0] is not found.limb:
        words = f"You say {LIMB_WORD[slot[0]]}, the picture shows a {LIMB_WORD[found.limb]}."
        flags.append(Flag(FlagCode.LIMB_IN_DOUBT, words))
    question = ""
    if source != "user" and len(set(said.values())) > 1:
        words = ", ".join(f"{SOURCE_WORD[who]} {SIDE_WORD[what]}" for who, what in said.items())
        question = f"Which side is this? {words[0].upper()}{words[1:]}."
        flags.append(Flag(FlagCode.SIDE_IN_DOUBT, f"The side is in doubt: {words}."))
    elif source == "anatomy":
        flags.append(Flag(FlagCode.SIDE_NOT_CONFIRMED, NOT_CONFIRMED))
    return SideProposal(side, source, question, tuple(flags))
