"""Progression: is this year worse than last, by more than readers differ?"""

import streamlit as st

from core.agreement.change import cell_changes, group_changes
from core.agreement.progression import RAPID_POINTS_A_YEAR, detectable_change, is_rapid, points_a_year, rate_words
from core.agreement.study_score import mean_score, reader_score
from core.agreement.wording import listed
from core.svh import Limb, Side
from core.svh.words import DAMAGE_WORD, LIMB_WORD, SIDE_WORD, film_name, joint_name
from pages.widgets.progression.linked_films import linked_films
from pages.widgets.progression.progression_charts import cohort_chart, patient_chart
from pages.widgets.progression.progression_study import STUDY, study_in_view, use_readings
from pages.widgets.progression.progression_table import missing_visits, progressors_table
from pages.widgets.progression.space_change import space_change
from pages.widgets.shared.film_pictures import session_shelf
from pages.widgets.shared.page_style import page_style
from pages.widgets.shared.study_source import SAMPLE, STORE, TABLES, shown, source_of, study_source

CHART = {"displayModeBar": False}
FILMS = {film_name(limb, side): (limb, side) for limb in Limb for side in Side}

page_style()
source = source_of(STUDY)
kind = {SAMPLE: "sample, 40 phantom patients and two simulated readers", TABLES: "tables", STORE: "case store"}
study_source(f"##### Progression · {kind[source]}", source, use_readings)
study = study_in_view()

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    patient = st.selectbox("Patient", study.patients, key="progression_patient", width=150)
    reader = st.selectbox(
        "Reader", [r for r in study.readers if study.visits(r, patient)], key="progression_reader", width=180
    )
    visits = study.visits(reader, patient)
    first = st.selectbox("From", visits[:-1] or visits, key="progression_first", width=150)
    later = visits[visits.index(first) + 1 :] or [first]
    last = st.selectbox("To", later, index=len(later) - 1, key=f"progression_last_{first}", width=150)
    together = st.pills(
        "Readers of the study", study.readers, selection_mode="multi", default=study.people, key="progression_readers"
    )
detectable = detectable_change(study.study, together) if len(together) > 1 else None
sdc = detectable.one if detectable else None

before, after = (study.scores(reader, patient, visit) for visit in (first, last))
groups = group_changes(before, after)
total, years = groups[0], study.years(patient, first, last)
if first == last:
    st.info("This reader scored one visit of the patient. Change needs two.", icon=":material/info:")
else:
    words = [
        f"**{total.change:+g} points** in the {total.name}, from {total.first:g} ({shown(first)}) to {total.last:g} "
        f"({shown(last)})."
    ]
    if sdc is None:
        words.append("How much readers differ is not known: that needs two readers of the same patients.")
    else:
        what = "More than" if abs(total.change) > sdc else "Within"
        words.append(f"{what} the smallest detectable change of one reader, {sdc:.1f} points.")
    if years:
        rate = points_a_year(total.change, years)
        speed = "rapid" if is_rapid(total.change, years) else "not rapid"
        words.append(f"{rate_words(rate)} points a year: {speed} (from {RAPID_POINTS_A_YEAR:.0f} a year).")
    if total.left_out:
        words.append(f"{total.left_out} sites were scored at one of the visits only and are left out.")
    st.markdown(" ".join(words))

left, right = st.columns([0.56, 0.44], gap="medium")
with left:
    st.plotly_chart(patient_chart(study, patient, sdc), key="progression_patient_chart", config=CHART)
with right:
    st.dataframe(
        [{"Group": g.name, first: g.first, f"{last} ": g.last, "Change": g.change, "Sites": g.cells} for g in groups],
        hide_index=True,
        height="content",
        key="progression_groups",
    )
    one, two = dict(before.cells()), dict(after.cells())
    changed = [
        {
            "Site": f"{SIDE_WORD[side].capitalize()} {LIMB_WORD[site.limb]}, {joint_name(site.joint)}",
            "Damage": DAMAGE_WORD[site.damage],
            first: one[side, site],
            f"{last} ": two[side, site],
            "Change": by,
        }
        for (side, site), by in sorted(cell_changes(before, after).items(), key=lambda row: -abs(row[1]))
        if by
    ]
    with st.expander(f"{len(changed)} single sites changed"):
        st.caption("Change at one site is unreliable even between experts: look at the films before you believe it.")
        st.dataframe(changed, hide_index=True, key="progression_cells")

if study.film:
    st.markdown("###### Films of both visits")
    film_shown = st.segmented_control(
        "Film", list(FILMS), default=next(iter(FILMS)), required=True, key="progression_film"
    )
    films = {visit: study.film(patient, visit, *FILMS[film_shown]) for visit in (first, last)}
    found = {visit: film for visit, film in films.items() if film}
    if found:
        linked_films(found, session_shelf())
        if len(found) == 2:
            space_change(patient, (first, last), found, FILMS[film_shown])
    else:
        st.caption("Neither visit has this film.")

scores = [reader_score(study.study, name) for name in together]
if len(together) > 1:
    scores.append(mean_score(study.study, together))
st.markdown("###### The whole cohort, first to last visit")
mean_alone = len(together) > 2  # the chart then draws the mean of the readers, and its SDC
drawn = None if detectable is None else detectable.mean if mean_alone else detectable.one
st.plotly_chart(
    cohort_chart(study.study, scores[-1:] if mean_alone else scores, drawn), key="progression_cohort", config=CHART
)
of = listed(detectable.readers) if detectable else ""
st.caption(
    "Each patient is one point; the share left of it changed less."
    + (
        f" SDC: smallest detectable change of one reader, of {shown(of)} in {detectable.patients} patients, "
        f"1.96 SD of the difference of their changes / √2, is {detectable.one:.1f}; that of their mean is "
        f"{detectable.mean:.1f}. The line is that of {'the mean' if mean_alone else 'one reader'}."
        if detectable
        else ""
    )
)
progressors_table(study.study, scores, detectable)
missing_visits(study.study, scores[-1])
