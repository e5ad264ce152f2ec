from core.svh import SITE_BY_SUFFIX, Damage, Limb, Side
from core.svh.words import (
    BLUE,
    DAMAGE_RGB,
    DAMAGE_WORD,
    GREEN,
    LIMB_WORD,
    ORANGE,
    PURPLE,
    SIDE_WORD,
    SKY_BLUE,
    VERMILION,
    film_name,
    how_many,
    joint_name,
    web_colour,
)


def test_every_limb_side_and_kind_of_damage_has_a_word_and_a_colour() -> None:
    assert (set(LIMB_WORD), set(SIDE_WORD), set(DAMAGE_WORD), set(DAMAGE_RGB)) == (
        set(Limb), set(Side), set(Damage), set(Damage),
    )  # fmt: skip
    assert [web_colour(DAMAGE_RGB[kind]) for kind in Damage] == ["#E69F00", "#56B4E9"]
    okabe_ito = [web_colour(rgb) for rgb in (ORANGE, SKY_BLUE, GREEN, BLUE, VERMILION, PURPLE)]
    assert okabe_ito == ["#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"]


def test_joints_and_films_read_as_a_clinician_says_them() -> None:
    assert [joint_name(joint) for joint in ("MCP2", "NAV", "CMC3", "STT")] == ["MCP 2", "Scaphoid", "CMC 3", "STT"]
    assert film_name(Limb.FOOT, Side.R) == "Right foot" and film_name(None, Side.R) == "Unknown film"
    assert film_name(Limb.HAND, None) == "Hand, side unknown"
    assert all(joint_name(site.joint) for site in SITE_BY_SUFFIX.values())


def test_one_is_no_plural() -> None:
    assert [how_many(n, "patient") for n in (0, 1, 2)] == ["0 patients", "1 patient", "2 patients"]
