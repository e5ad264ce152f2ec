"""The session's case and the cases of its account or browser: kept after every change, found after a reload."""

import streamlit as st

from core.cases import Cases
from core.model_reader.case import Case
from core.radiograph import Radiograph
from core.store import StoreError
from pages.server.accounts import access, sign_in_configured
from pages.server.browser_key import browser_key
from pages.server.limits import no_room
from pages.widgets.shared.session_store import open_store

NOT_KEPT = "case_not_kept"  # why, in words


def _owner() -> str:
    """The account where readers sign in, at whatever computer; else the browser. Empty where there is neither."""
    if not sign_in_configured():
        return browser_key()
    name = access().name
    return f"account {name.casefold()}" if name else ""


def my_cases() -> Cases | None:
    """The cases of this account or browser; None where nobody is known.

    Raises: StoreError if the address of the store is none.
    """
    owner = _owner()
    return Cases(open_store().connection.cases, owner) if owner else None


def keep_case(case: Case) -> None:
    """Keep what was changed, and take in what another tab changed. A sample is kept nowhere."""
    if case.sample or not case.films:
        return
    try:
        cases = my_cases()
        if cases is None:
            st.session_state[NOT_KEPT] = (
                "This browser takes no cookies, so the case ends with this tab. Download its files."
            )
            return
        if cases.keep(case):
            case.drawn += 1
            case.past.clear()  # steps of this tab make no sense on what another one did
            case.future.clear()
        st.session_state.pop(NOT_KEPT, None)
    except StoreError as error:
        st.session_state[NOT_KEPT] = str(error)


def open_kept(case_id: str) -> Case | None:
    """A case of `my_cases`, if the server has room for its films; else None, and the reason stands in the session.

    Raises: StoreError if there is no such case, or it cannot be read.
    """
    cases = my_cases()
    if cases is None:
        return None
    case = cases.open(case_id)
    held: list[Radiograph] = []
    for film in {film.radiograph.sha256: film.radiograph for film in case.films}.values():
        if words := no_room(held, film):
            st.session_state[NOT_KEPT] = f"{words} The case is still in the work list."
            return None
        held.append(film)
    return case


def last_case() -> Case | None:
    """The case that was in view last; None where there is none that can be opened."""
    try:
        cases = my_cases()
        case_id = cases.current() if cases else ""
        return open_kept(case_id) if case_id else None
    except StoreError as error:
        st.session_state[NOT_KEPT] = str(error)
        return None


def leave_kept() -> None:
    """The case stays in the work list, and is no longer the one that a reload brings back."""
    try:
        if cases := my_cases():
            cases.leave()
    except StoreError as error:
        st.session_state[NOT_KEPT] = str(error)
