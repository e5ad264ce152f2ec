"""Films, sites and their doubts as values: what a person settles, and why a site has no points."""

from core.model_reader import FilmReading, FilmStatus, Flag, FlagCode, ScoredCell, Unscored
from core.svh import SITES, Limb, Side


def film(*flags: Flag) -> FilmReading:
    return FilmReading("x.png", "0" * 64, FilmStatus.SCORED, None, "", 4, 4, Limb.HAND, Side.L, flags=flags)


def test_saying_the_side_settles_doubts_about_it_whatever_their_words() -> None:
    small = Flag(FlagCode.SMALL_LIMB, "The side is in doubt, says this sentence, but its code says otherwise.")
    about = (Flag(FlagCode.SIDE_IN_DOUBT, "Left or right?"), Flag(FlagCode.SAME_LIMB_AND_SIDE, "Twice."))
    chosen = film(small, *about).on_side(Side.R)
    assert (chosen.side, chosen.side_source, chosen.flags) == (Side.R, "user", (small,))


def test_a_site_without_points_says_why_and_one_with_points_does_not() -> None:
    site = SITES[Limb.HAND][0]
    assert ScoredCell(site, None, None, None, None).why_unscored is Unscored.NOT_CLEAR
    assert ScoredCell(site, None, None, None, None, Unscored.NOT_ON_FILM).why_unscored is Unscored.NOT_ON_FILM
    assert ScoredCell(site, 0, 0.0, 1.0, 0.2).why_unscored is None
    assert ScoredCell(site, None, None, None, None, unscored=None).why_unscored is None  # a person said so
