"""The sample case: a phantom patient with four films, read once for all sessions (it is nobody's data)."""

from pathlib import Path

import streamlit as st

from pages.server.job_queue import Job
from pages.server.sessions import QUEUE
from pages.widgets.shared.scoring_job import read_files

FOLDER = Path(__file__).parents[2] / "sample_case"
PATIENT = "P0042"


def sample_files() -> list[Path]:
    """The films of the sample, by name; empty where it is not installed."""
    return sorted(p for p in FOLDER.glob("*") if p.is_file()) if FOLDER.is_dir() else []


@st.cache_resource(show_spinner=False)
def sample_job() -> Job:
    """The one job that reads the sample; every session shows its outcome."""
    return QUEUE.start(read_files([(path.name, path.read_bytes()) for path in sample_files()], ()))
