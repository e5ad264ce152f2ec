"""Who is at the browser: by Streamlit's own OpenID Connect where the secrets have `[auth]`, else nobody is asked.

With sign-in a reader is an account: its name comes from the provider, never from a field of a page. `[roles]` in the
secrets names the accounts of each role. Without sign-in the pages that open readings are there on the loopback address
alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from core.radiograph import display_text

LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
CLAIM = "claim"  # of the provider, which names an account: `email` unless told


class Role(StrEnum):
    """What an account may do; an admin may do everything but read as somebody else."""

    READER = "reader"
    COORDINATOR = "coordinator"
    TEACHER = "teacher"
    ADMIN = "admin"


EVERYTHING = frozenset(Role)


@dataclass(frozen=True)
class Access:
    """What this session may do. `name` is that of the account; empty where nobody is asked and readers type theirs."""

    roles: frozenset[Role]
    name: str = ""

    def may(self, *roles: Role) -> bool:
        """Whether one of the roles is held."""
        return bool(self.roles & {*roles, Role.ADMIN})


def _secrets(part: str) -> Mapping[str, Any]:
    try:
        found = st.secrets.get(part, {})
    except StreamlitSecretNotFoundError:
        return {}
    return found if isinstance(found, Mapping) else {}


@cache
def _provider_named() -> bool:
    return bool(_secrets("auth"))


def sign_in_configured() -> bool:
    """Whether the secrets name a provider, as they stood when the server was first asked: every run of a page asks."""
    return _provider_named()


def access_of(claims: Mapping[str, Any], roles: Mapping[str, Any]) -> Access:
    """Name and roles of who signed in; an address that the provider has not verified names nobody."""
    claim = str(roles.get(CLAIM, "email"))
    name = display_text(str(claims.get(claim) or ""))
    if not name or (claim == "email" and claims.get("email_verified") is False):
        return Access(frozenset())
    held = {role for role in Role if name.casefold() in {str(each).casefold() for each in roles.get(role.value, ())}}
    return Access(frozenset(held), name)


def access() -> Access:
    """What this session may do."""
    if sign_in_configured():
        return access_of(st.user.to_dict(), _secrets("roles")) if st.user.is_logged_in else Access(frozenset())
    address = str(st.get_option("server.address") or "")
    return Access(EVERYTHING if address in LOOPBACK else frozenset({Role.TEACHER}))


def offered() -> Access:
    """Which pages are listed: before the sign-in all, so that a link to one holds; `gate` lets none be run."""
    if sign_in_configured() and not st.user.is_logged_in:
        return Access(EVERYTHING)
    return access()


def unsigned_words() -> str:
    """What it means that nobody signs in; empty where readers do."""
    if sign_in_configured():
        return ""
    if access().may(Role.READER):
        return (
            "Nobody signs in here, so the app answers this computer alone: whoever sits at it types a name and may open"
            " every reading."
        )
    return "Nobody signs in here, and others reach this server: pages with readings are off."


def gate() -> Access:
    """Let in who may come in; the page ends here for everybody else. Says so where readings are off."""
    found = access()
    if not sign_in_configured():
        if not found.may(Role.READER):
            st.caption(unsigned_words())
        return found
    if not st.user.is_logged_in:
        with st.container(border=True, width=480):
            st.markdown("#### Sign in")
            st.write("Readers are accounts of your hospital: a reading belongs to who signed in.")
            st.button("Sign in", type="primary", on_click=st.login, key="sign_in")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="center", key="account_line"):
        st.caption(f"Signed in as {found.name or 'somebody without a name'}".replace("@", "\\@"))
        st.button("Sign out", type="tertiary", on_click=st.logout, key="sign_out")
    if not found.roles:
        st.warning("This account has no role here. Ask the coordinator to name it in the secrets of the server.")
        st.stop()
    desk = st.session_state.get("desk")
    if desk is not None and desk.reader != found.name:
        st.session_state.pop("desk")
    return found
