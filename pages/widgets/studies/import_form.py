"""A new study from a zip or films, read by the model beside the page; no stage and no sentence tells a score."""

import streamlit as st

from core.checkpoint import WeightsError
from core.store import StoreError, Studies
from core.studies.importing import import_study
from core.studies.plan import plan_study
from pages.server.job_queue import QueueFull
from pages.widgets.shared import cached_reader
from pages.widgets.shared.scoring_job import Outcome, Steps, start, wait, weights_words
from pages.widgets.shared.session_store import open_store

TABLE_HELP = (
    "CSV or xlsx with the columns patient, visit and file, and date if you like: it then decides alone. "
    "Without a table folders do: patient/visit/film, or names as P1-LH.jpg in folders of visits."
)


def import_form() -> None:
    """The fields; pressing the button begins the import."""
    turn = st.session_state.setdefault("study_turn", 0)
    name = st.text_input("Name of the study", max_chars=40, key=f"new_study_{turn}")
    files = st.file_uploader("Zip or films", accept_multiple_files=True, key=f"study_films_{turn}")
    table = st.file_uploader("Table (not needed)", type=["csv", "xlsx"], help=TABLE_HELP, key=f"study_table_{turn}")
    seed = st.number_input("Seed of the reading orders", 0, 999_999, 1, help="Recorded with the study.")
    if not st.button("Import", type="primary", key="import_study"):
        return
    if not name.strip() or not files:
        st.warning("A study needs a name, and a zip or films.")
        return
    items = [(file.name, file.getvalue()) for file in files]
    try:
        job = start(_steps(Studies(open_store()), items, table.getvalue() if table else None, name.strip(), int(seed)))
    except QueueFull as full:
        st.warning(str(full), icon=":material/hourglass_top:")
        return
    st.session_state["study_job"], st.session_state["study_turn"] = job, turn + 1
    st.session_state["study_name"] = name.strip()
    st.rerun()


def finish_import() -> None:
    """Wait for the import of this session, if there is one, and say what came of it."""
    job = st.session_state.get("study_job")
    if job is not None:
        outcome = wait(job, "Importing the study")
        st.session_state.pop("study_job")
        st.session_state["study_said"] = outcome.notes
    if said := st.session_state.get("study_said"):
        with st.container(border=True):
            st.text(said[-1])
            if said[:-1]:
                with st.expander(f"{len(said) - 1} remarks"):
                    st.container(height=240, border=False).text("\n".join(said[:-1]))
            st.button("Understood", on_click=st.session_state.pop, args=("study_said",), key="study_said_gone")


def _steps(studies: Studies, items: list[tuple[str, bytes]], table: bytes | None, name: str, seed: int) -> Steps:
    yield "opening files", 0.0
    try:
        plan = plan_study(items, table)
        reader = cached_reader.open_reader()
        steps = import_study(studies, plan, reader, name=name, seed=seed)
        while True:
            yield next(steps)
    except StopIteration as done:
        made = done.value
        last = f"{made.study.name}: {made.films} films of {len(made.study.visits)} visits are imported."
        return Outcome(notes=(*made.lines, *(str(error) for error in plan.left_out), last))
    except WeightsError as error:
        return Outcome(notes=(f"Nothing was imported. {weights_words(error)}",))
    except (StoreError, ValueError) as error:
        return Outcome(notes=(f"Nothing was imported: {error}",))
