"""The methods paragraph, in plain words, and the GRRAS checklist, filled from the study with blanks for the rest."""

from core.agreement.intervals import FEWEST_FOR_BOOTSTRAP, FEWEST_PATIENTS
from core.agreement.paper.analysis import Analysis
from core.agreement.paper.tables import Table
from core.agreement.results import is_model
from core.agreement.wording import listed
from core.svh import TotalKind
from core.svh.words import how_many

BLANK = "[to be filled in]"
# Kottner 2011, J Clin Epidemiol 64:96: the 15 items of the Guidelines for Reporting Reliability and Agreement Studies.
_GRRAS = (
    "Identify in title or abstract that interrater or intrarater reliability or agreement was investigated.",
    "Name and describe the measurement device of interest explicitly.",
    "Specify the subject population of interest.",
    "Specify the rater population of interest.",
    "Describe what is already known about reliability and agreement, and provide a rationale for the study.",
    (
        "Explain how the sample size was chosen. State the determined number of raters, subjects and replicate"
        " observations."
    ),
    "Describe the sampling method.",
    "Describe the rating process (time between repeated ratings, clinical information at hand, blinding).",
    "State whether ratings were conducted independently.",
    "Describe the statistical analysis.",
    "State the actual number of raters and subjects that were included, and of replicate observations.",
    "Describe the sample characteristics of raters and subjects (training, experience).",
    "Report estimates of reliability and agreement with measures of statistical uncertainty.",
    "Discuss the practical relevance of results.",
    "Provide detailed results if possible (for example online).",
)


def methods(a: Analysis) -> list[str]:
    """The paragraphs that say what was computed, as sentences of a methods section."""
    study = a.study
    models = [reader for reader in study.first_readings if is_model(reader)]
    who = f"{len(a.people)} readers ({', '.join(a.people)})"
    if models:
        who += f" and {'a model' if len(models) == 1 else f'{len(models)} models'} ({', '.join(models)})"
    visits = f" at {len(study.visits)} visits ({', '.join(study.visits)})" if len(study.visits) > 1 else ""
    of = how_many(len(study.patients), "patient")
    first = [f"{who} scored the films of {of}{visits} by the Sharp/van der Heijde method."]
    if any(study.groups):
        counts = {group: study.groups.count(group) for group in sorted(set(study.groups)) if group}
        first.append("Patients by group: " + ", ".join(f"{group} {n}" for group, n in counts.items()) + ".")
    if study.rereads:
        first.append(f"Films were read again by {', '.join(dict.fromkeys(study.rereads.values()))}.")
    first.append(a.rule.words)
    out = sum(len(c.not_counted) for c in a.found if len(c.readers) == 2)
    if out:
        first.append("Totals that do not count are listed by patient and visit.")
    second = [
        (
            "Agreement of totals was described by intraclass correlations of a two-way random model: absolute agreement"
            " of one reader, ICC(A,1), consistency, ICC(C,1), and absolute agreement of the mean of the readers,"
            " ICC(A,k); by the bias and the 95 % limits of agreement of Bland and Altman; by the standard error of"
            " measurement, SD(d)/√2; and by the smallest detectable difference of status, 1.96 SD(d), or change (SDC),"
            " 1.96 SD(d)/(√2 √k) for the mean of k readers, where d is the difference of the readers."
        ),
        (
            "Each patient counts once in the figures of a visit and of change. Where visits are pooled, patients are"
            " the unit."
        ),
        (
            "Intervals of 95 % of the ICCs are by the F distribution (McGraw and Wong), for readers like these, on"
            f" normal scores; from {FEWEST_FOR_BOOTSTRAP} patients on, and where visits are pooled, also by a bootstrap"
            f" of patients ({a.draws:,} draws, seed {a.seed}), for these readers. Those of SD, SEM and SDC are the"
            " wider of a bootstrap-t on the logarithm and an interval by the kurtosis; those of the limits of"
            " agreement combine bias and SD. No interval by resampling is"
            f" given below {FEWEST_PATIENTS} patients."
        ),
    ]
    if any(part.cells for c in a.found for part in c.sections):
        second.append(
            "Agreement of single joints was described by weighted kappa with linear and quadratic weights over the full"
            " list of grades, Gwet's AC2 with quadratic weights, Krippendorff's alpha with squared differences, exact"
            " agreement, agreement within one point, and positive agreement."
        )
    if a.components:
        second.append(
            "With more than two readers, variance components of patients, readers and the rest came from a linear mixed"
            " model with crossed random effects (restricted maximum likelihood)."
        )
    third = [f"The score of the study is the {a.score.name}."]
    if a.changes:
        third.append(
            f"Change is {a.changes[0].from_to}. The SDC that progression is measured by is that of "
            f"{listed(a.detectable.readers)}." if a.detectable else f"Change is {a.changes[0].from_to}."
        )  # fmt: skip
        third.append(
            f"A change that two readers see {a.threshold:g} points or more apart is one for a third reader. Rapid"
            " progression is 5 points a year or more. Shares have Wilson's intervals."
        )
    if a.sensitivity:
        third.append(
            "Visits without a score are left out; linear extrapolation, last observation carried forward, and"
            " completers only are analyses of sensitivity."
        )
    return [" ".join(first), " ".join(second), " ".join(third)]


def grras(a: Analysis) -> Table:
    """The checklist: what the study tells is filled in, the rest is left to its authors."""
    study = a.study
    scored = int(max((c.cells_of_study for c in a.found), default=0))
    told = {
        2: (
            f"Sharp/van der Heijde score of hands and feet, {scored or 'totals of'}"
            f" {'cells' if scored else f'up to {TotalKind.SVH.maximum} points'}."
        ),
        6: (
            f"Readers {len(study.first_readings)}, patients {len(study.patients)}, visits {len(study.visits)}. How"
            f" chosen: {BLANK}"
        ),
        8: (
            f"Second readings: {', '.join(study.rereads) or 'none'}. Time between, information at hand, blinding, order"
            f" of films: {BLANK}"
        ),
        10: "See the methods paragraph.",
        11: (
            "; ".join(
                f"{' / '.join(c.readers)}, {c.kind}: {how_many(c.of('total').patients, 'patient')}"
                for c in (*a.status, *a.changes)
            )
            + "."
        ),
        13: "Tables agreement_status, agreement_change and agreement_cells, all with 95 % intervals.",
        15: "All tables as CSV and xlsx; totals left out in the table left_out.",
    }
    rows = [(str(n), item, told.get(n, BLANK)) for n, item in enumerate(_GRRAS, start=1)]
    note = "Kottner and others 2011, J Clin Epidemiol 64:96."
    return Table("grras_checklist", "GRRAS checklist", ("Item", "What to report", "In this study"), tuple(rows), note)
