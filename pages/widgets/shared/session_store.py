"""The case store of this session."""

import streamlit as st

from core.store import Store


def open_store() -> Store:
    """The session's store.

    Raises: StoreError if there is none at the address.
    """
    if "store" not in st.session_state:
        st.session_state["store"] = Store()
    store: Store = st.session_state["store"]
    return store
