"""Practising alone: a joint or a whole film, the truth at once, and the agreement with it over time."""

from dataclasses import dataclass, field

import plotly.graph_objects as go
import streamlit as st

from core.svh import Damage, Limb, Site
from core.svh.words import DAMAGE_RGB, joint_name, web_colour
from core.teaching import Answer, Difficulty, TeachingCase, mark
from core.teaching.marking import LAST, running_exact
from pages.widgets.teaching.teaching_case import (
    case_name,
    choose_case,
    film_picture,
    joint_pictures,
    points_buttons,
    teaching_case,
    truth_words,
)

NAME = {Damage.JSN: "JSN", Damage.EROSION: "Erosion"}


@dataclass
class Practice:
    """What a student has done in this session; `at` counts the joints of the case."""

    what: tuple[int, Difficulty, Limb, bool] | None = None  # the case, and whether the whole film is scored
    at: int = 0
    given: dict[Site, int] = field(default_factory=dict)
    checked: bool = False
    answers: list[Answer] = field(default_factory=list)

    def pick(self, site: Site, points: int) -> None:
        """Give points, until they were checked."""
        if not self.checked:
            self.given[site] = points

    def check(self, truth: dict[Site, int]) -> None:
        """Hold the given points against the truth, once."""
        if not self.checked:
            self.answers += [Answer(site, self.given[site], true) for site, true in truth.items() if site in self.given]
            self.checked = True

    def go(self, at: int) -> None:
        """On to another joint, or the first of another case."""
        self.at, self.given, self.checked = at, {}, False


def practise() -> None:
    """The part "Practise" of the page."""
    mine: Practice = st.session_state.setdefault("practice", Practice())
    what = choose_case("practice")
    whole = st.toggle("Score the whole film at once", key="whole_film")
    if mine.what != (*what, whole):
        mine.what = (*what, whole)
        mine.go(0)
    case = teaching_case(*what)
    if whole:
        _film(mine, case)
    else:
        _joint(mine, case)
    _progress(mine.answers)


def _joint(mine: Practice, case: TeachingCase) -> None:
    joint = case.order[mine.at % len(case.order)]
    sites = case.sites(joint)
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left, st.container(key="film_side"):
        outlined = mine.checked and st.toggle("Outline the simulated damage", value=True, key="outline")
        joint_pictures(case, joint, outlined=outlined)
    with right:
        st.markdown(f"**{case_name(case, joint)}**")
        st.caption(
            f"Joint {mine.at % len(case.order) + 1} of {len(case.order)} · {case.difficulty.value}, case {case.seed}"
        )
        if mine.checked:
            with st.container(key="feedback", border=True):
                truth_words(case, joint, mine.given)
            st.button(
                "Next joint", type="primary", shortcut="Enter", key="next_joint", on_click=mine.go, args=(mine.at + 1,)
            )
        else:
            points_buttons("give", sites, mine.given, mine.pick)
            ready = all(site in mine.given for site in sites)
            st.button(
                "Check", type="primary", shortcut="Enter", key="check", disabled=not ready,
                on_click=mine.check, args=(case.truth(joint),),
            )  # fmt: skip


def _film(mine: Practice, case: TeachingCase) -> None:
    left, right = st.columns([0.55, 0.45], gap="medium")
    with left, st.container(key="film_side"):
        film_picture(case, outlined=mine.checked)
    with right:
        joints = sorted(case.order, key=[s.joint for s in case.film.grades].index)
        if mine.checked:
            _film_feedback(mine, case, joints)
            return
        with st.form("film_form", border=False):
            chosen: dict[Site, str | None] = {}
            for joint in joints:
                for site in case.sites(joint):
                    chosen[site] = st.segmented_control(
                        f"{joint_name(joint)} {NAME[site.damage]}",
                        [str(k) for k in range(site.maximum + 1)],
                        key=f"film_{case.seed}_{case.difficulty.value}_{site.suffix}",
                        wrap=False,
                    )
            done = st.form_submit_button("Check the film", type="primary", key="check_film")
        if done:
            mine.given = {site: int(points) for site, points in chosen.items() if points is not None}
            if mine.given:
                mine.check(dict(case.film.grades))
                st.rerun()
            st.warning("No site has points yet. Give some and check again.")


def _film_feedback(mine: Practice, case: TeachingCase, joints: list[str]) -> None:
    truth = {site: case.film.grades[site] for joint in joints for site in case.sites(joint)}
    mine_sum, true_sum = sum(mine.given.values()), sum(truth[site] for site in mine.given)
    left_out = len(truth) - len(mine.given)
    with st.container(key="feedback", border=True):
        st.markdown(f"You gave **{mine_sum}** points where the truth is **{true_sum}**.")
        if left_out:
            st.caption(f"{left_out} sites were left without points and are not marked.")
    st.dataframe(
        [
            {
                "Site": f"{joint_name(site.joint)} {NAME[site.damage]}",
                "You": mine.given.get(site),
                "Truth": true,
                "Verdict": Answer(site, mine.given[site], true).verdict if site in mine.given else "no points given",
            }
            for site, true in truth.items()
        ],
        hide_index=True,
        height=420,
    )
    joint = st.selectbox("Look at a joint", joints, format_func=joint_name, key="look_at")
    truth_words(case, joint, mine.given)
    joint_pictures(case, joint, outlined=True)


def _progress(answers: list[Answer]) -> None:
    st.markdown("##### Your agreement with the truth")
    if not answers:
        st.caption("It is shown here once you have checked an answer. It is kept for this session only.")
        return
    kinds = {damage: [a for a in answers if a.site.damage is damage] for damage in (Damage.JSN, Damage.EROSION)}
    rows = []
    figure = go.Figure()
    for damage, some in kinds.items():
        if some:
            marks = mark(some)
            kappa = f"not estimable: {marks.why}" if marks.kappa is None else f"{marks.kappa:.2f}"
            rows.append({
                "Kind": NAME[damage], "Answers": marks.count, "Exact": f"{marks.exact:.0%}",
                "Within 1": f"{marks.within_1:.0%}", "Kappa, quadratic weights": kappa,
            })  # fmt: skip
            shares = running_exact(some)
            figure.add_scatter(
                x=list(range(1, len(shares) + 1)), y=shares, mode="lines+markers", name=NAME[damage],
                line={"color": web_colour(DAMAGE_RGB[damage])},
            )  # fmt: skip
    st.dataframe(rows, hide_index=True)
    figure.update_layout(
        height=240, margin={"l": 10, "r": 10, "t": 10, "b": 10}, xaxis_title="answers",
        yaxis={"title": f"exact, last {LAST}", "range": [-0.05, 1.05], "tickformat": ".0%"},
    )  # fmt: skip
    st.plotly_chart(figure, key="progress")
