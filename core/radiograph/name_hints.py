"""What a file name says about limb, side and patient (`UAB003-LH.jpg`, `left_hand.png`)."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.radiograph.film import display_text
from core.svh import Limb, Side

_RA2 = re.compile(r"^(?P<patient>.+?)[-_ ](?P<side>[LR])(?P<limb>[HF])$", re.IGNORECASE)
_LIMB_WORDS = {
    "hand": Limb.HAND, "hands": Limb.HAND, "wrist": Limb.HAND, "mano": Limb.HAND,
    "foot": Limb.FOOT, "feet": Limb.FOOT, "forefoot": Limb.FOOT, "fuss": Limb.FOOT, "pied": Limb.FOOT,
    "vorfuss": Limb.FOOT,
}  # fmt: skip
_SIDE_WORDS = {
    "left": Side.L, "l": Side.L, "li": Side.L, "lt": Side.L, "links": Side.L, "gauche": Side.L,
    "right": Side.R, "r": Side.R, "re": Side.R, "rt": Side.R, "rechts": Side.R, "droite": Side.R,
}  # fmt: skip
_BOTH_WORDS = {
    "lh": (Limb.HAND, Side.L),
    "rh": (Limb.HAND, Side.R),
    "lf": (Limb.FOOT, Side.L),
    "rf": (Limb.FOOT, Side.R),
}
_BOTH_SIDES = frozenset({"both", "bilateral", "bds", "beide"})


@dataclass(frozen=True)
class NameHints:
    """What a name claims; None where it claims nothing or contradicts itself."""

    patient: str | None = None
    limb: Limb | None = None
    side: Side | None = None


def word_hints(text: str) -> tuple[Limb | None, Side | None]:
    """Limb and side from the words of a text: `Left_Hand`, `LH`, `handL`, `FOOT RT`."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)  # HandLeft, handL
    limbs: set[Limb] = set()
    sides: set[Side] = set()
    for token in re.findall("[a-z]+", plain.lower()):
        if token in _LIMB_WORDS:
            limbs.add(_LIMB_WORDS[token])
        elif token in _SIDE_WORDS:
            sides.add(_SIDE_WORDS[token])
        elif token in _BOTH_WORDS:
            limb, side = _BOTH_WORDS[token]
            limbs.add(limb)
            sides.add(side)
        elif token in _BOTH_SIDES:
            sides.update(Side)
        else:  # lefthand, righthand, handleft
            limbs.update(limb for word, limb in (("hand", Limb.HAND), ("foot", Limb.FOOT)) if word in token)
            if limbs and (token.startswith("left") or token.endswith("left")):
                sides.add(Side.L)
            if limbs and (token.startswith("right") or token.endswith("right")):
                sides.add(Side.R)
    return (limbs.pop() if len(limbs) == 1 else None), (sides.pop() if len(sides) == 1 else None)


def name_hints(name: str) -> NameHints:
    """Hints of a file name, its folders not counted."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", stem)
    ra2 = _RA2.match(stem)
    if ra2:
        named = Limb.HAND if ra2["limb"].upper() == "H" else Limb.FOOT
        return NameHints(display_text(ra2["patient"]) or None, named, Side(ra2["side"].upper()))
    limb, side = word_hints(stem)
    return NameHints(None, limb, side)


def only_limb_words(text: str) -> bool:
    """Whether a folder's name says limb or side and nothing else: `hands`, `Left`, `foot RT`."""
    return any(word_hints(text)) and not re.search("[0-9]", text) and len(re.findall(r"[^\W\d_]+", text)) <= 2
