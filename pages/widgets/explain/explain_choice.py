"""The choices of the page "Explain": whose film, which film, joint, damage, output and second method."""

from dataclasses import dataclass

import streamlit as st

from core.model_reader.case import Case
from core.saliency import Method
from core.svh import Damage, Site
from core.svh.words import DAMAGE_WORD, joint_name
from pages.widgets.explain.explained_film import ExplainedFilm, case_films_to_explain, phantom_films_to_explain

JOINT, HANDS = "Joint", "Both hands (whole-hand network)"
CASE, PHANTOM = "Current case", "A phantom, damage known"
FIRST_SEED = 5_000_001
GRADIENT = [method for method in Method if method is not Method.ATTENTION]


@dataclass(frozen=True)
class Choice:
    """One site of one film, and the maps to show beside the attention."""

    film: ExplainedFilm
    site: Site
    methods: tuple[Method, ...]


@dataclass(frozen=True)
class Source:
    """Which network is looked into, and on whose films: those of a phantom (`seed`), or else of the case."""

    hands: bool
    seed: int | None


def choose_source(*, whole_hand: bool) -> Source:
    """The first line of controls; the whole-hand network is offered only where it is there."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="explain_source"):
        what = JOINT
        if whole_hand:
            what = st.segmented_control("Network", [JOINT, HANDS], default=JOINT, required=True, key="explain_what")
        source = st.segmented_control("Films", [CASE, PHANTOM], default=CASE, required=True, key="explain_from")
        seed = None
        if source == PHANTOM:
            seed = int(st.number_input("Phantom number", 0, 2**31 - 1, FIRST_SEED, key="explain_seed", width=180))
    return Source(what == HANDS, seed)


def choose_methods() -> tuple[Method, ...]:
    """The methods for the whole-hand network, which has no attention to stand beside."""
    chosen = st.multiselect("Maps", GRADIENT, [Method.GRAD_CAM], max_selections=3, key="hands_methods")
    return tuple(chosen)


def nothing_to_explain(what: str) -> None:
    """A sentence where the case holds nothing that can be explained."""
    st.info(f"No {what} of this case was scored. Choose a phantom above, or score films first.", icon=":material/info:")


def choose(case: Case, source: Source) -> Choice | None:
    """The controls of one site; None, with a sentence on the page, where nothing can be explained."""
    phantom = source.seed is not None
    films = phantom_films_to_explain(source.seed) if source.seed is not None else case_films_to_explain(case)
    if not films:
        nothing_to_explain("film")
        return None
    left, middle, right, last = st.columns([0.34, 0.2, 0.18, 0.28], gap="small")
    by_key = {film.key: film for film in films}
    shown = case.shown.key if case.shown and case.shown.key in by_key else films[0].key
    with left:
        key = st.selectbox(
            "Film",
            list(by_key),
            list(by_key).index(shown),
            format_func=lambda k: by_key[k].name,
            key=f"film_{source.seed}",
        )
    film = by_key[key]
    joints = film.scored_joints
    wanted = case.joint if case.joint in joints and not phantom else film.worst
    with middle:
        joint = st.selectbox(
            "Joint", joints, joints.index(wanted) if wanted in joints else 0, format_func=joint_name, key=f"joint_{key}"
        )
    kinds = [damage for damage in (Damage.EROSION, Damage.JSN) if film.site(joint, damage)]
    with right:
        damage = st.segmented_control(
            "Damage",
            kinds,
            default=case.damage if case.damage in kinds and case.joint == joint else kinds[0],
            required=True,
            format_func=lambda kind: DAMAGE_WORD[kind].capitalize() if kind is Damage.EROSION else DAMAGE_WORD[kind],
            key=f"damage_{key}_{joint}",
        )
    with last:
        more = st.multiselect("Compare with", GRADIENT, [Method.GRAD_CAM], max_selections=3, key="explain_methods")
    site = film.site(joint, damage)
    if site is None:
        return None
    return Choice(film, site, (Method.ATTENTION, *more))


def choose_output(names: tuple[str, ...], own: int, key: str) -> int:
    """The switch between the outputs of the head; the site's own comes first."""
    if len(names) == 1:
        return 0
    return st.segmented_control(
        "Output of the network",
        list(range(len(names))),
        default=own,
        required=True,
        format_func=lambda k: f"{joint_name(names[k])}{' (this site)' if k == own else ''}",
        help="Grad-CAM has one map for each output; the attention is one map that all outputs of a head share.",
        key=f"output_{key}",
    )
