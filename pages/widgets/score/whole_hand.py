"""The second score of the hands beside the sum over joints, where its network is there; else nothing."""

import streamlit as st

from core.model_reader.case import Case
from core.model_reader.evidence import VisitReading
from core.model_reader.whole_hand import disagreement
from core.svh import Limb, TotalKind
from pages.widgets.shared import cached_reader


def keep_whole_hand(case: Case) -> None:
    """Score the hands of the case again when other films count as its hands."""
    hands = [film for film in case.visit().counted if film.limb is Limb.HAND]
    key = tuple((film.sha256, film.side, film.region) for film in hands)
    if key == case.hands_key:
        return
    case.hands_key, case.whole_hand = key, None
    reader = cached_reader.reader_of(case.weights) if hands else None
    if reader is not None and reader.whole_hand is not None:
        pixels = {film.radiograph.sha256: film.radiograph.pixels for film in case.films}
        case.whole_hand = reader.score_hands(case.visit(), pixels)


def show_whole_hand(visit: VisitReading) -> None:
    """One line under the totals, and a warning where the two scores disagree."""
    whole = visit.whole_hand
    if whole is None:
        return
    hands = visit.totals[TotalKind.HANDS]
    seen = "both hands" if whole.hands == 2 else "one hand"
    st.caption(
        f"Whole-hand network, {seen}: **{whole.estimate:.0f}** ({whole.low:.0f}\N{EN DASH}{whole.high:.0f}) of "
        f"{hands.maximum // 2 * whole.hands} · sum over joints **{hands.points_words}**",
        help=(
            "A second network reads one picture of the hands, without finding joints. Its interval was fitted on"
            " validation films to hold 90 % of them."
        ),
    )
    if flag := disagreement(visit):
        st.warning(flag, icon=":material/compare_arrows:")
