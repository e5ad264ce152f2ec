"""Where the scorer looks at one site: maps first, then what they are measured against."""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from numpy.typing import NDArray

from core.joint_scoring.table import SITE_ROWS
from core.model_reader import ModelReader
from core.model_reader.explanation import Explained, SiteView, site_controls, site_view, stored_prior
from core.saliency import Heatmap, Method
from core.saliency.figure import explanation_picture
from core.saliency.verdict import figures, in_words
from core.svh.words import DAMAGE_WORD, joint_name
from pages.widgets.explain.explain_choice import Choice, choose_output
from pages.widgets.explain.heat_viewer import HeatedView, heat_viewer
from pages.widgets.explain.map_figures import faithfulness_chart, figures_table, measure_faithfulness, target_of
from pages.widgets.explain.shuffled_networks import shuffled


@dataclass(frozen=True)
class _Shown:
    """The maps of one output of a close-up, what they should find and how that is called."""

    view: SiteView
    methods: tuple[Method, ...]
    output: int
    maps: Mapping[str, Heatmap]
    truth: NDArray | None  # type: ignore[type-arg]
    target: NDArray  # type: ignore[type-arg]
    called: str
    title: str


def show_site(reader: ModelReader, choice: Choice) -> None:
    """The page's part below the choice of a site."""
    film, site = choice.film, choice.site
    try:
        view = site_view(reader.scorer, film.pixels, film.limb, film.joints, site)
    except ValueError as error:
        st.info(f"{error}.", icon=":material/info:")
        return
    output = choose_output(view.names, view.output, f"{film.key}_{site.suffix}")
    maps = view.maps(choice.methods, output=output)
    raw = float(view.score(view.view[None], output=output)[0]) * site.maximum
    truth = None if film.damage is None else view.damage(film.damage)
    title = f"{joint_name(site.joint)} {DAMAGE_WORD[site.damage]}, {film.name}"
    grade = f" · true points {film.grades[site]}" if site in film.grades else ""
    st.markdown(
        f"**{title}** · raw output {joint_name(view.names[output])}: {raw:.2f} points{grade}",
        help="What the network gives before it is cut to the points of the site and made whole.",
    )
    heat = {name: each.values for name, each in maps.items()}
    notes = {name: _note(name, each) for name, each in maps.items()}
    heat_viewer([HeatedView("Close-up", view.view, heat, truth, notes)], title=title)
    # On a phantom the damage of the site is the truth only for the site's own output, and only where there is damage.
    box = view.box
    known = truth is not None and output == view.output and film.grades.get(site, 0) > 0
    target, called = target_of(truth if truth is not None else box, box, known=known)
    _measured(reader, _Shown(view, choice.methods, output, maps, truth, target, called, title))


def _note(name: str, heat: Heatmap) -> str:
    if heat.blank:
        return "· blank"
    return f"· {heat.lowest:.2f} to {heat.highest:.2f}" if name == Method.ATTENTION else ""


@st.fragment  # what is switched here does not make the maps again
def _measured(reader: ModelReader, shown: _Shown) -> None:
    site, means = shown.view.site, stored_prior(reader.cards, shown.view.site)
    with st.spinner("Measuring the maps against their controls"):
        unlearnt = shown.view.before(shuffled(reader.weights, SITE_ROWS[site][0].name, shown.view.network))
        controls = site_controls(shown.methods, unlearnt, output=shown.output, attention_prior=means)
        found = Explained(shown.maps, controls)
        maps, rivals = found.values()
        rows = figures(maps, rivals, shown.target)
    st.markdown(in_words(maps, rows, target=shown.called))

    picture = io.BytesIO()
    explanation_picture(shown.view.view, maps, title=shown.title, truth=shown.truth).save(picture, "PNG")
    st.download_button(
        "Download figure",
        picture.getvalue(),  # made at once: a callable of a run that is over is gone, and so is the press
        f"explain-{site.joint}-{site.damage.name.lower()}.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
        key="figure",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("###### Maps against their controls")
        figures_table(rows, shown.called, float(shown.target.mean()))
        if not means:
            st.caption("The control “mean attention of other crops” was not measured for these weights.")
    with right:
        st.markdown("###### Faithfulness")
        if st.toggle("Blur what the maps call important (a few seconds)", key="faithfulness"):
            with st.spinner("Blurring"):
                curves = measure_faithfulness(shown.view, found, shown.output)
            faithfulness_chart(curves, list(maps), site.maximum)
