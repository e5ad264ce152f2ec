"""Where the whole-hand network looks: both films with its heat, what that heat has to beat, and a sentence about it."""

import io
from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.model_reader import ModelReader
from core.model_reader.case import Case
from core.model_reader.hands_explanation import HandsView, hands_controls, hands_view, points_of
from core.saliency import Heatmap, Method
from core.saliency.figure import explanation_picture
from core.saliency.verdict import DAMAGE, figures, in_words, shares_in_words
from core.svh import Limb
from core.svh.words import film_name
from pages.widgets.explain.explain_choice import Source, choose_methods, nothing_to_explain
from pages.widgets.explain.explained_film import case_hands_to_explain, phantom_hands_to_explain
from pages.widgets.explain.heat_viewer import HeatedView, heat_viewer
from pages.widgets.explain.map_figures import figures_table
from pages.widgets.explain.shuffled_networks import shuffled

FILM_PX, PANEL_PX = 1000, 640
BOXES = "the boxes of the scored joints"


def show_hands(reader: ModelReader, case: Case, source: Source) -> None:
    """The page's part below the choice of the network."""
    if reader.whole_hand is None:
        return
    points: int | None = None
    if source.seed is not None:
        hands, points = phantom_hands_to_explain(source.seed)
    else:
        hands = case_hands_to_explain(case)
    if not hands:
        nothing_to_explain("hand")
        return
    methods = choose_methods()
    if not methods:
        st.info("Choose a map above.", icon=":material/info:")
        return
    view = hands_view(reader.whole_hand, hands)
    maps = view.maps(methods)
    z = view.score()
    truth = "" if points is None else f" \u00b7 true points {points}"
    title = f"Both hands, {case.patient if source.seed is None else f'phantom {source.seed}'}"
    st.markdown(
        f"**{title}** \u00b7 z-score {z:.2f}, raw output {points_of(reader.whole_hand, z):.1f} of 280 points{truth}",
        help="What the network gives before it is cut to the points that there are.",
    )
    st.caption(
        "This network is here for its maps alone. Its points are no score of the app: on real films it gives undamaged"
        " hands points and does not follow damage."
    )
    if len(hands) == 1:
        st.caption("One hand is missing: the network was shown the mirror picture of the other one in its place.")
    if z < 0:
        st.caption(
            "The score is below the mean of the hands that the network learnt from. Grad-CAM, Grad-CAM++ and LayerCAM"
            " show only what raises a score, so that little or nothing may be left of them."
        )
    shown = dict(maps)
    if st.toggle("Show the controls too", key="hands_controls"):
        shown |= _controls(view, methods, reader.weights)
    views = []
    for side in sorted(hands, key=lambda s: s.value):
        hand, damage = hands[side], hands[side].damage
        heat = {name: view.on_hand(each, side) for name, each in shown.items()}
        outlined = None if damage is None else hand.upright.take(damage.astype(np.float32)) > 0.5
        name, film = film_name(Limb.HAND, side), hand.upright.take(hand.pixels)
        views.append(HeatedView(name, film, heat, outlined, longer_px=FILM_PX))
    heat_viewer(views, title=title)
    _measured(view, maps, methods, title, reader.weights)


def _controls(view: HandsView, methods: tuple[Method, ...], weights: str) -> dict[str, Heatmap]:
    return hands_controls(methods, view.before(shuffled(weights, "whole hand", view.network)))


@st.fragment  # what is switched here does not make the maps again
def _measured(
    view: HandsView, maps: Mapping[str, Heatmap], methods: tuple[Method, ...], title: str, weights: str
) -> None:
    with st.spinner("Measuring the maps against their controls"):
        seen, boxes, damage = view.seen, view.joint_boxes(), view.damage()
        controls = _controls(view, methods, weights)
        plain, rival = ({name: heat.values[seen] for name, heat in group.items()} for group in (maps, controls))
        target, called = (boxes, BOXES) if damage is None or not damage.any() else (damage, DAMAGE)
        rows = figures(plain, rival, target[seen])
    unknown = "damage can lie only in a small part of the boxes"
    words = [shares_in_words(plain, rival, boxes[seen], target=BOXES, of="films")] if boxes.any() else []
    st.markdown(" ".join([*words, in_words(plain, rows, target=called, unknown=unknown)]))

    picture, values = io.BytesIO(), {name: heat.values for name, heat in maps.items()}
    explanation_picture(
        view.picture, values, title=title, view_name="what the network is shown", panel_px=PANEL_PX, truth=damage
    ).save(picture, "PNG")
    st.download_button(
        "Download figure",
        picture.getvalue(),
        "explain-both-hands.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
        key="hands_figure",
    )
    st.markdown("###### Maps against their controls")
    figures_table(rows, called, float(target[seen].mean()), of="films")
