"""A teaching case on the screen: choosing it, its pictures, the buttons for points, and the truth in words."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.svh import Damage, Limb, Site, grade_words
from core.svh.grades import SOURCE
from core.svh.words import DAMAGE_WORD, LIMB_WORD, film_name, joint_name
from core.teaching import Answer, Difficulty, TeachingCase, make_case
from core.teaching.cases import SEED_LIMIT
from core.teaching.pictures import as_png, close_up, whole_film

FIRST_SEED = 42
DIFFICULTY_HELP = (
    "Easy: undamaged or clearly damaged. Middle: every grade. Hard: grade 1 against 0, things that look like damage "
    "(osteoarthritis of end joints, bent fingers, thin bone) and an underexposed film."
)


@st.cache_resource(max_entries=12, show_spinner="Making the film …")
def teaching_case(seed: int, difficulty: Difficulty, limb: Limb) -> TeachingCase:
    """The case, made once for all sessions: a phantom is nobody's data."""
    return make_case(seed, difficulty, limb)


@st.cache_data(max_entries=200, show_spinner=False)
def _picture(seed: int, difficulty: Difficulty, limb: Limb, joint: str, close: bool, outlined: bool) -> bytes:
    return as_png((close_up if close else whole_film)(teaching_case(seed, difficulty, limb), joint, outlined=outlined))


def joint_pictures(case: TeachingCase, joint: str, *, outlined: bool) -> None:
    """The joint close up with its surroundings, and where it lies on the film."""
    if case.own:  # the close-up alone: at the edge of a film a name may be burned in
        with st.container(key="close_up"):
            picture = as_png(close_up(case, joint, outlined=False))
            st.image(picture, width="stretch", alt=f"Close-up of {case_name(case, joint)}")
        return
    what = (case.seed, case.difficulty, case.film.limb, joint)
    with st.container(key="close_up"):
        st.image(_picture(*what, True, outlined), width="stretch", alt=f"Close-up of {case_name(case, joint)}")
    if outlined:
        st.caption("Outlined: :orange-background[erosion] in orange, :blue-background[joint space] in blue.")
    with st.expander("Where on the film", expanded=False):
        place = f"{case_name(case, joint)}, framed on the whole film"
        st.image(_picture(*what, False, outlined), width="stretch", alt=place)


def film_picture(case: TeachingCase, *, outlined: bool) -> None:
    """The whole film."""
    picture = _picture(case.seed, case.difficulty, case.film.limb, "", False, outlined)
    st.image(picture, width="stretch", alt=f"The film of a {film_name(case.film.limb, case.film.side).lower()}")


def choose_case(prefix: str) -> tuple[int, Difficulty, Limb]:
    """Limb, difficulty and seed; the three say which case it is."""
    first = st.session_state.get(f"{prefix}_first", FIRST_SEED)
    begun = st.session_state.get(f"{prefix}_begun")  # the question of a class that the teacher comes back to
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        limb = st.segmented_control(
            "Film", list(Limb), default=begun.limb if begun else Limb.HAND, required=True, key=f"{prefix}_limb",
            format_func=lambda limb: LIMB_WORD[limb].capitalize(),
        )  # fmt: skip
        difficulty = st.segmented_control(
            "Difficulty", list(Difficulty), default=begun.difficulty if begun else Difficulty.EASY, required=True,
            key=f"{prefix}_difficulty", format_func=lambda difficulty: difficulty.value.capitalize(),
            help=DIFFICULTY_HELP,
        )  # fmt: skip
        # Its key changes with "Next case": a value set through the session's state is lost when a run is cut short.
        seed = st.number_input(
            "Case number",
            0,
            SEED_LIMIT - 1,
            value=first,
            step=1,
            key=f"{prefix}_seed_{first}",
            width=130,
            help="The same number makes the same case again.",
        )
        st.button(
            "Next case", icon=":material/skip_next:", key=f"{prefix}_next_case", on_click=_next, args=(prefix, seed)
        )
    return int(seed), difficulty, limb


def _next(prefix: str, seed: int) -> None:
    st.session_state[f"{prefix}_first"] = (seed + 1) % SEED_LIMIT


def case_name(case: TeachingCase, joint: str) -> str:
    """`MCP 2 · left hand`."""
    return f"{joint_name(joint)} · {film_name(case.film.limb, case.film.side).lower()}"


def points_buttons(
    prefix: str, sites: tuple[Site, ...], given: Mapping[Site, int], pick: Callable[[Site, int], None]
) -> None:
    """A row of buttons a site. Digits press the buttons of the first site without points, or else of the last site."""
    active = next((site for site in sites if site not in given), sites[-1])
    with st.container(key="points_buttons", gap="xxsmall"):
        for site in sites:
            mark = " \N{LEFTWARDS ARROW} digits" if site is active else ""
            st.caption(f"{DAMAGE_WORD[site.damage].capitalize().replace('Jsn', 'JSN')}, 0 to {site.maximum}{mark}")
            with st.container(horizontal=True, gap="xxsmall"):
                for points in range(site.maximum + 1):
                    st.button(
                        str(points),
                        key=f"{prefix}_{site.suffix}_{points}",
                        type="primary" if given.get(site) == points else "secondary",
                        shortcut=str(points) if site is active and points < 10 else None,
                        help=grade_words(site, points),
                        on_click=pick,
                        args=(site, points),
                    )


def truth_words(case: TeachingCase, joint: str, given: Mapping[Site, int]) -> None:
    """The truth of a joint, what each grade means, and what was simulated in numbers."""
    for site, truth in case.truth(joint).items():
        word = "JSN" if site.damage is Damage.JSN else "Erosion"
        verdict = f"{Answer(site, given[site], truth).verdict}: you gave {given[site]}, the" if site in given else "The"
        whose = "teacher's score" if case.own else "truth"
        st.markdown(f"**{word} {truth}** of {site.maximum}. {verdict} {whose} is {truth}: {grade_words(site, truth)}.")
        if site in given and given[site] != truth:
            st.caption(f"Grade {given[site]} would be: {grade_words(site, given[site])}.")
        if site.damage is Damage.JSN and (gap := case.gap_mm(joint)):
            st.caption(
                f"Joint space on the film {gap[0]:.2f} mm; without damage about {gap[1]:.2f} mm in this person: "
                f"{100 * gap[0] / gap[1]:.0f} % left."
            )
        elif site.damage is Damage.EROSION and truth and not case.own:
            st.caption(f"{case.film.eroded_mm3.get(site.suffix, 0.0):.0f} mm³ of bone are gone.")
    end = f"DIP{joint[-1]}"
    if joint.startswith("PIP") and (gap := case.gap_mm(end)) and gap[0] < 0.65 * gap[1]:
        st.caption(f"{joint_name(end)} is narrow too. End joints narrow in osteoarthritis and are not scored.")
    st.caption(f"Grades: {SOURCE}.")
