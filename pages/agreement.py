"""Reader agreement: two readers of the same films, the model as one more, in the statistics of trials."""

import streamlit as st

from core.agreement import SECTIONS, paired
from core.agreement.results import is_model, model_last
from core.svh import Damage, Limb
from pages.widgets.agreement.adjudicated import adjudication_table
from pages.widgets.agreement.agreement_charts import bland_altman, kappa_map, scatter
from pages.widgets.agreement.agreement_files import agreement_files
from pages.widgets.agreement.agreement_more import components_line, rereadings
from pages.widgets.agreement.agreement_tables import (
    all_readers,
    disagreement_table,
    headline,
    left_out,
    model_yardstick,
    names_to_look_at,
    parts_table,
    totals_table,
    who,
)
from pages.widgets.agreement.study_in_view import STUDY, comparison, in_common, rule_in_view, study_in_view, use_study
from pages.widgets.shared.case_store import stored_film
from pages.widgets.shared.page_style import page_style
from pages.widgets.shared.study_source import SAMPLE, STORE, TABLES, source_of, study_source

CHART = {"displayModeBar": False}
WHOLE = {s.key: s for s in SECTIONS if s.level in ("total", "limb")}


page_style()
source = source_of(STUDY)
kind = {SAMPLE: "sample, two simulated readers", TABLES: "tables", STORE: "case store"}[source]
study_source(f"##### Reader agreement · {kind}", source, use_study)
study = study_in_view()
names_to_look_at(study)
names = model_last(study.readers)
FIRST_TO_LAST, POOLED = "first to last", "all, pooled"
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    first = st.selectbox("First reader", names, key="reader_first", width=220)
    others = [name for name in names if name != first]
    second = st.selectbox("Second reader", others, key="reader_second", width=220)
    kind = st.segmented_control("Compare", ["Status", "Change"], default="Status", required=True, key="agreement_kind")
    change = kind == "Change"
    visit, span = None, None
    if len(study.visits) > 1 and not change:
        at = st.selectbox("At visit", [POOLED, *study.visits], key="agreement_visit", width=180)
        visit = None if at == POOLED else study.visits.index(at)
    if len(study.visits) > 2 and change:
        pairs = {
            f"{a} to {b}": (i, i + 1 + j)
            for i, a in enumerate(study.visits)
            for j, b in enumerate(study.visits[i + 1 :])
        }
        of = st.selectbox("From, to", [FIRST_TO_LAST, *list(pairs)[:60]], key="agreement_span", width=220)
        span = pairs.get(of)
    with st.popover("Complete totals", icon=":material/rule:"):
        st.slider(
            "Share of its cells that a total needs, in %", 50, 100, 100, 5, key="agreement_share",
            help="At 100 all cells that the study scores. Below, the cells that are lacking are taken to have the same "
            "share of their maximum as the reader's other cells of that part.",
        )  # fmt: skip
        st.caption(rule_in_view().words)

if not in_common(study, (first, second), change=change, visit=visit, span=span):
    st.warning(
        "These readers have no patient in common with two visits. Choose Status, or add tables with two visits."
        if change
        else "These readers did not score the same patient and visit: look at how patients and visits are written.",
        icon=":material/info:",
    )
    st.stop()

found = comparison(study, (first, second), change=change, visit=visit, span=span)
pair = paired(study, (first, second), change=change, visit=visit, span=span, rule=rule_in_view())
st.caption(who(study, found))
headline(found)
left_out(found)
totals, groups, sites, cells, third = st.tabs(["Totals", "Groups and limbs", "Sites", "Disagreements", "Adjudication"])
with totals:
    key = st.selectbox("Part of the score", WHOLE, format_func=lambda k: WHOLE[k].name, key="agreement_part", width=220)
    left, right = st.columns(2)
    left.plotly_chart(scatter(pair, WHOLE[key]), config=CHART, key="scatter")
    right.plotly_chart(bland_altman(pair, found, WHOLE[key]), config=CHART, key="bland_altman")
    model = next((name for name in names if is_model(name) and name not in (first, second)), None)
    people = tuple(name for name in study.first_readings if not is_model(name))
    if len(people) > 2 and in_common(study, people, change=change, visit=visit, span=span):
        all_readers(comparison(study, people, change=change, visit=visit, span=span))
    if len(people) > 2:
        components_line(study, people, change=change, visit=visit)
    beside = [found]
    if model:
        model_yardstick(study, model, (first, second), change=change, visit=visit)
        pairs_with_model = [(model, reader) for reader in (first, second)]
        beside += [
            comparison(study, p, change=change, visit=visit, span=span)
            for p in pairs_with_model
            if in_common(study, p, change=change, visit=visit, span=span)
        ]
    totals_table(beside, key)
    rereadings(study, change, visit)
with groups:
    parts_table(found, ("group", "limb", "total"))
    if change:
        st.caption("Change of single joints is unreliable even between experts: read the totals first.")
with sites:
    damage = st.segmented_control(
        "Damage", ["Erosion", "JSN"], default="Erosion", required=True, key="agreement_damage"
    )
    kind_of = Damage.EROSION if damage == "Erosion" else Damage.JSN
    with st.container(horizontal=True, gap="large"):
        for limb in Limb:
            st.plotly_chart(kappa_map(found, limb, kind_of), width="content", config=CHART, key=f"map_{limb.value}")
    st.caption(
        "Quadratic weighted kappa of each site, left and right together; a fuller colour is better agreement. "
        "n.e.: not estimable, one reader gave every such joint the same points; look at the group instead."
    )
    parts_table(found, ("site",))
with cells:
    disagreement_table(study, found, visit, stored_film if source == STORE else None)
with third:
    adjudication_table(study, (first, second))
agreement_files(study, (first, second), "sample_agreement" if source == SAMPLE else "reader_agreement")
