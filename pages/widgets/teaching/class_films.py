"""What a class looks at: a phantom, or films of the teacher's own, brought from the page Score films."""

import streamlit as st

from core.model_reader.case import Case
from core.svh.words import film_name, joint_name
from core.teaching import ClassError, Difficulty, Question, TeachingCase, own_case
from pages.widgets.teaching.class_seat import classes
from pages.widgets.teaching.teaching_case import choose_case, teaching_case

PHANTOMS, OWN = "Phantoms", "My own films"
PROMISE = "These films carry no name that can be seen, and I may show them to this class."


def case_of(code: str, key: str, asked: Question) -> TeachingCase:
    """The film of a question.

    Raises: ClassError where the class, or the film, is there no more.
    """
    if not asked.film:
        return teaching_case(asked.seed, asked.difficulty, asked.limb)
    films = classes().films(code, key)
    if asked.film not in films:
        raise ClassError("This film is no longer in the class. Wait for the next joint.")
    return films[asked.film]


def choose_question(code: str, key: str) -> tuple[TeachingCase, Question] | None:
    """The teacher's choice of film and joint; None until there is one."""
    begun: Question | None = st.session_state.get("class_begun")  # where the teacher comes back to
    kind = st.segmented_control(
        "Films", [PHANTOMS, OWN], default=OWN if begun and begun.film else PHANTOMS, required=True, key="class_films"
    )
    if kind == OWN:
        return _own_question(code, key, begun)
    what = choose_case("class")
    case = teaching_case(*what)
    first = case.order.index(begun.joint) if begun and not begun.film and begun.joint in case.order else 0
    joint = st.selectbox("Joint", case.order, index=first, format_func=joint_name, key="class_joint")
    return case, Question(*what, joint)


def _own_question(code: str, key: str, begun: Question | None) -> tuple[TeachingCase, Question] | None:
    _offer(code, key)
    films = dict(classes().films(code, key))
    if not films:
        return None
    names = list(films)
    was = begun.film if begun and begun.film in films else names[0]
    with st.container(horizontal=True, gap="small"):
        name = st.selectbox(
            "Film",
            names,
            index=names.index(was),
            format_func=lambda each: f"{each}: {film_name(films[each].film.limb, films[each].film.side).lower()}",
            key="class_own_film",
        )
        case = films[name]
        first = case.order.index(begun.joint) if begun and begun.film == name and begun.joint in case.order else 0
        joint = st.selectbox("Joint", case.order, index=first, format_func=joint_name, key=f"class_own_joint_{name}")
    return case, Question(0, Difficulty.MIDDLE, case.film.limb, joint, name)


def _offer(code: str, key: str) -> None:
    """The films of the case on the page Score films, which the teacher may bring once and promises that they may be."""
    case: Case | None = st.session_state.get("case")
    readings = {film.key: case.edited(film) for film in case.films} if case else {}
    counted = case.counted_keys() if case else set()
    films = [film for film in case.films if film.key in counted] if case else []
    if not films:
        st.info(
            "Open a case on the page Score films first: its films, with your points, can be brought into the class."
        )
        return
    brought = st.session_state.setdefault("class_brought", set())
    new = [film for film in films if case and (code, case.state_of(film.key)) not in brought]
    if not new or not case:
        return
    with st.container(border=True, key="class_offer"):
        count = f"{len(new)} film{'' if len(new) == 1 else 's'}"
        st.write(
            f"{count} of the case in view, with the points as they stand there. Students see joints close up, never a "
            "whole film or a file name; the server forgets the films when the class ends."
        )
        promised = st.checkbox(PROMISE, key="class_promise")
        if st.button(f"Bring {count} into the class", type="primary", disabled=not promised, key="class_bring"):
            for film in new:
                reading = readings[film.key]
                if reading is None:
                    continue
                try:
                    classes().bring(code, key, own_case(reading, film.radiograph.pixels))
                except (ClassError, ValueError) as error:
                    st.warning(f"{film_name(reading.limb, reading.side)}: {error}")
                    return
                brought.add((code, case.state_of(film.key)))
            st.rerun()
