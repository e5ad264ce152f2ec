"""Explain: where the network looks, beside Grad-CAM, with controls and, for phantoms, the truth."""

import io

import streamlit as st

from core.checkpoint import WeightsError
from core.model_reader.explanation import explain_site, site_view, stored_prior
from core.saliency.figure import explanation_picture
from core.saliency.verdict import figures, in_words
from pages.widgets import cached_reader
from pages.widgets.case_steps import current_case, finish_job
from pages.widgets.explain_choice import Choice, choose, choose_output
from pages.widgets.heat_viewer import heat_viewer
from pages.widgets.joint_names import DAMAGE_WORD, joint_name
from pages.widgets.map_figures import faithfulness_chart, figures_table, measure_faithfulness, target_of
from pages.widgets.page_style import page_style
from pages.widgets.scoring_job import weights_words


def show(choice: Choice, weights: str) -> None:
    """Maps, words, figures and the picture of one site."""
    reader = cached_reader.reader_of(weights)
    film, site = choice.film, choice.site
    try:
        view = site_view(reader.scorer, film.pixels, film.limb, film.joints, site)
    except ValueError as error:
        st.info(f"{error}.", icon=":material/info:")
        return
    output = choose_output(view.names, view.output, f"{film.key}_{site.suffix}")
    found = explain_site(
        view,
        choice.methods,
        output=output,
        attention_prior=stored_prior(reader.cards, site),
    )
    raw = float(view.score(view.view[None], output=output)[0]) * site.maximum
    truth = None
    if film.damage is not None:
        truth = view.damage(film.damage)
    title = f"{joint_name(site.joint)} {DAMAGE_WORD[site.damage]}, {film.name}"
    grade = f" · true points {film.grades[site]}" if site in film.grades else ""
    st.markdown(f"**{title}** · output {joint_name(view.names[output])}: {raw:.2f} points before clipping{grade}")
    heat_viewer(view.view, dict(found.maps), title=title, truth=truth)

    maps, controls = found.values()
    box = view.box
    # On a phantom the damage of the site is the truth only for the site's own output, and only where there is damage.
    known = truth is not None and output == view.output and film.grades.get(site, 0) > 0
    target, called = target_of(truth if truth is not None else box, box, known=known)
    rows = figures(maps, controls, target)
    st.markdown(in_words(maps, rows, target=called))
    picture = io.BytesIO()
    explanation_picture(view.view, maps, title=title, truth=truth).save(picture, "PNG")
    st.download_button(
        "Download figure",
        picture.getvalue(),
        f"explain-{site.joint}-{site.damage.name.lower()}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
        key="figure",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("###### Maps against their controls")
        figures_table(rows, called, float(target.mean()))
        if not stored_prior(reader.cards, site):
            st.caption("The control “mean attention of other crops” was not measured for these weights.")
    with right:
        st.markdown("###### Faithfulness")
        if st.toggle("Blur what the maps call important (a few seconds)", key="faithfulness"):
            with st.spinner("Blurring"):
                curves = measure_faithfulness(view, found, output)
            faithfulness_chart(curves, list(maps), site.maximum)


page_style()
finish_job()
case = current_case()
st.markdown("##### Where does the network look?")
st.caption(
    "Heatmaps are off on the other pages: they persuade more than they explain, and for small findings such as erosions they are "
    "often wrong. Every map here stands beside controls that know nothing of the film; each runs from its own least to its own most heat."
)
chosen = choose(case)
if chosen is not None:
    try:
        show(chosen, case.weights)
    except WeightsError as error:
        st.error(f"**Explaining is off.** {weights_words(error)}", icon=":material/power_off:")
