"""The one table of what each grade means, in words.

Source: van der Heijde, J Rheumatol 1999;26:743 and 2000;27:261. Narrowing is told by the space that is LEFT, because a
bare percentage is easily read the other way round.
"""

from core.svh.sites import Damage, Limb, Site

SOURCE = "van der Heijde, J Rheumatol 1999;26:743 and 2000;27:261"
JSN_GRADES: tuple[str, ...] = (
    "normal joint space",
    "focal or doubtful narrowing",
    "generalised narrowing, more than 50 % of the original space left",
    "generalised narrowing, less than 50 % of the original space left, or subluxation",
    "bony ankylosis or complete luxation",
)
# One bone or, in the foot, one side of a joint. Several erosions of it are added, 5 at the most.
EROSION_GRADES: tuple[str, ...] = (
    "no erosion",
    "one discrete erosion",
    "a larger erosion, or two discrete ones",
    "a large erosion past the midline of the bone, or smaller ones that add up to 3",
    "several erosions that add up to 4",
    "several erosions that add up to 5 or more, or complete collapse",
)
FOOT_EROSION_RULE = "each side of the joint takes 0 to 5, and the two are added"


def grade_words(site: Site, points: int) -> str:
    """What these points mean at this site.

    Foot erosion is the sum of two sides of a joint, each graded as one bone is, so up to 5 points could all lie on one
    side.

    Raises: ValueError for points outside 0..maximum.
    """
    if not 0 <= points <= site.maximum:
        raise ValueError(f"{site.suffix} takes points from 0 to {site.maximum}, not {points}")
    if site.damage is Damage.JSN:
        return JSN_GRADES[points]
    if site.limb is Limb.HAND or points == 0:
        return EROSION_GRADES[points]
    return f"{points} of 10 over both sides of the joint: {FOOT_EROSION_RULE}"
