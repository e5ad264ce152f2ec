"""The tables of the page "Reader agreement": totals, parts of the score, disagreements, what is left out."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.agreement import Comparison, Study, disagreements
from core.agreement.identity import doubts
from core.agreement.results import rmse_to_mean
from core.agreement.wording import WORDING, f_words, number, words
from core.svh.words import DAMAGE_WORD, film_name, how_many, joint_name
from pages.widgets.agreement.film_close_up import film_close_up
from pages.widgets.agreement.study_in_view import NOTES, rule_in_view
from pages.widgets.shared.case_store import FilmOf
from pages.widgets.shared.study_source import shown

PARTS = ("kappa_quadratic", "ac2", "exact", "within_1", "positive_agreement", "icc_a1", "bias")
MAX_ROWS = 500


def headline(found: Comparison) -> None:
    """The five numbers that a trial report starts with."""
    e = found.of("total").estimates
    smallest = "sdc_mean" if found.change else "sdd_mean"
    with st.container(horizontal=True, gap="small", key="agreement_headline"):
        for name in ("icc_a1", "bias", smallest, "kappa_quadratic", "rmse"):
            if name not in e:
                continue
            estimate, wording = e[name], WORDING[name]
            value, span = "\N{EN DASH}", estimate.why
            if estimate.value is not None:
                value = number(estimate.value, wording.decimals)
                span = "" if estimate.low is None else words(estimate, name).split(" ", 1)[1].strip("()")
            st.metric(
                wording.title,
                value,
                span or None,
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=wording.formula,
            )


def totals_table(found: Sequence[Comparison], key: str) -> None:
    """Every statistic of one part of the score; a column a pair of readers."""
    rows = []
    for name, wording in WORDING.items():
        values = [c.of(key).estimates.get(name) for c in found]
        if any(values):
            cells = {
                f"{c.readers[0]} \N{MINUS SIGN} {c.readers[1]}": words(v, name) if v else ""
                for c, v in zip(found, values, strict=True)
            }
            rows.append({"Statistic": wording.title, **cells, "Formula": wording.formula})
            by_f = {
                name: f_words(v, n) if v else "" for name, v, n in zip(cells, values, [name] * len(cells), strict=True)
            }
            if any(by_f.values()):
                rows.append(
                    {
                        "Statistic": f"{wording.title}, F interval",
                        **by_f,
                        "Formula": "these readers or readers like them",
                    }
                )
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="totals_table")


def all_readers(found: Comparison) -> None:
    """The intraclass correlations of three readers or more together."""
    e = found.of("total").estimates
    told = ", ".join(f"{WORDING[name].title} {words(e[name], name)}" for name in e)
    st.markdown(f"All {len(found.readers)} readers together, {how_many(found.patients, 'patient')}, SvH total: {told}.")


def model_yardstick(study: Study, model: str, readers: tuple[str, str], *, change: bool, visit: int | None) -> None:
    """The sentence that keeps a model's RMSE against the mean of two readers from being read wrongly."""
    found = rmse_to_mean(study, model, readers, change=change, visit=visit, rule=rule_in_view())
    if found is None:
        return
    ours, theirs = found
    st.info(
        f"Against the mean of the two readers the model's RMSE is **{ours:.2f}**. Each reader's own RMSE against that"
        f" mean is **{theirs:.2f}**: half of the readers' RMSE against each other, by construction. A model is as near"
        " as a reader only if model against one reader is as good as reader against reader in the columns below.",
        icon=":material/straighten:",
    )


def parts_table(found: Comparison, levels: Sequence[str]) -> None:
    """One row a part of the score."""
    rows = []
    for part in found.sections:
        if part.section.level in levels:
            site = part.section.site
            name = (
                f"{joint_name(site.joint)} {site.limb.value.lower()} {DAMAGE_WORD[site.damage]}"
                if site
                else part.section.name
            )
            cells = {WORDING[k].title: words(part.estimates[k], k) for k in PARTS}
            rows.append({"Part": name, "Cells": part.cells, **cells})
    column = {WORDING[k].title: st.column_config.TextColumn(width=215) for k in PARTS}  # room for "not estimable (...)"
    column["Part"] = st.column_config.TextColumn(pinned=True, width=150)
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=column, height="content", key=f"parts_{levels[0]}")


def disagreement_table(study: Study, found: Comparison, visit: int | None, film_of: FilmOf | None) -> None:
    """The cells that both scored and saw differently; the chosen one with its film where films are at hand."""
    all_rows = disagreements(study, found.readers, change=found.change, visit=visit)
    first, second = found.readers
    if not all_rows:
        alone = not found.of("total").cells
        st.write(
            "There are totals alone, no single cells." if alone else "The readers gave every cell the same points."
        )
        return
    st.caption(
        f"{len(all_rows)} cells, the largest difference first"
        + (f"; the first {MAX_ROWS} are shown." if len(all_rows) > MAX_ROWS else ".")
    )
    rows = [
        {
            "Patient": r.patient,
            "Visit": r.visit,
            "Film": film_name(r.site.limb, r.side),
            "Joint": joint_name(r.site.joint),
            "Damage": DAMAGE_WORD[r.site.damage],
            "First: " + first: r.first,
            "Second: " + second: r.second,
            "Apart": abs(r.first - r.second),
        }
        for r in all_rows[:MAX_ROWS]
    ]
    if film_of is None:
        st.dataframe(pd.DataFrame(rows), hide_index=True, height=420, key="disagreements")
        st.caption(
            "A row opens its film at the joint when the readings come from the case store; there are no films here."
        )
        return
    st.caption("Click a row: its film opens below, at the joint.")
    chosen = st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(420, 38 + 35 * len(rows)),
        on_select="rerun",
        selection_mode="single-cell",
        selection_default={"selection": {"cells": [(0, "Joint")]}},
        key=f"disagreements_{'_'.join(found.readers)}_{found.change}",
    )
    cells = chosen.selection.cells
    row = all_rows[min(int(cells[0][0]), len(rows) - 1) if cells else 0]
    names = [name for name in study.visit_names[study.patients.index(row.patient)] if name]
    st.markdown(
        f"**{shown(row.patient)}, {film_name(row.site.limb, row.side).lower()}, {joint_name(row.site.joint)} "
        f"{DAMAGE_WORD[row.site.damage]}**: {shown(first)} {row.first:g}, {shown(second)} {row.second:g}"
    )
    for name in names:
        if name == row.visit or any(
            row.visit in (f"from {name} to {other}", f"from {other} to {name}") for other in names
        ):
            film = film_of(row.patient, name, row.site.limb, row.side)
            if film:
                film_close_up(film, row.site.joint, name)
            else:
                st.caption(f"The store has no picture of this film for {shown(name)}.")


def names_to_look_at(study: Study) -> None:
    """Patients, visits and readers that may be one written in two ways, and what the tables leave to be said."""
    told = doubts(study, st.session_state.get(NOTES, ()))
    if told:
        with st.expander(
            f"{len(told)} thing{'s' * (len(told) != 1)} to look at in the names", icon=":material/person_search:"
        ):
            st.markdown("\n".join(f"- {shown(sentence)}" for sentence in told))


def left_out(found: Comparison) -> None:
    """What is not in the numbers: totals by patient and visit, and single cells."""
    n, total = len(found.not_counted), found.of("total")
    words = []
    if found.cells_of_study and found.cells_of_study < 86:
        words.append(
            f"A whole total is of the {found.cells_of_study} cells that all of these readers score in this study."
        )
    if found.left_out:
        words.append(
            f"{found.left_out} cells that one reader scored and the other did not are left out, not counted as 0."
        )
    if words:
        st.caption(" ".join(words))
    if n:
        title = f"{n} SvH total{'s' * (n != 1)} left out, {total.observations} counted"
        with st.expander(title, icon=":material/rule:"):
            st.caption(found.rule.words)
            rows = [{"Patient": out.patient, "Visit": out.visit, "Why": out.why} for out in found.not_counted]
            st.dataframe(pd.DataFrame(rows), hide_index=True, height=min(320, 38 + 35 * n), key="totals_left_out")


def who(study: Study, found: Comparison) -> str:
    """One line: readers, patients and what is compared."""
    first, second = (shown(name) for name in found.readers)
    total = found.of("total")
    what = shown(found.kind).replace("\\-", "-")
    return (
        f"{how_many(total.patients, 'patient')}, {what}. d = {first} \N{MINUS SIGN} {second}."
        " Intervals: 95 %, patients as the unit."
    )
