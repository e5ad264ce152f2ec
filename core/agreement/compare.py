"""How well readers agree, part of the score by part, with 95 % intervals.

Every statistic follows from sums that add over patients. A bootstrap of patients is then a table of how often each
patient was drawn times those sums: all statistics of all parts of the score in one matrix product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.agreement.cell_statistics import grade_statistics
from core.agreement.coefficients import (
    Array,
    icc_from_sums,
    pair_from_sums,
    rank_correlation,
    smallest_change,
)
from core.agreement.comparison import Comparison, Estimate, SectionAgreement
from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.intervals import (
    FEWEST_FOR_BOOTSTRAP,
    FEWEST_PATIENTS,
    clustered_t,
    difference_sums,
    icc_f_intervals,
    limit_intervals,
    mean_half_width,
    sd_interval,
    spread_and_error,
)
from core.agreement.pairing import paired
from core.agreement.sections import SECTIONS, Section
from core.agreement.study import Study

DRAWS = 1000
_NEEDED = 0.9  # of the draws must give a number, or there is no interval
ICCS = ("icc_a1", "icc_c1", "icc_ak")
CELL_STATISTICS = (
    "kappa_linear", "kappa_quadratic", "ac2", "alpha", "exact", "within_1", "positive_agreement",
)  # fmt: skip
_OF_SD = ("sd_difference", "sem", "sdd_one", "sdd_mean", "sdc_one", "sdc_mean")
TOO_FEW = f"no interval below {FEWEST_PATIENTS} patients"
NO_DIFFERENCE = "no difference between the readers"


def compare(
    study: Study,
    readers: Sequence[str],
    *,
    change: bool = False,
    visit: int | None = None,
    span: tuple[int, int] | None = None,
    rule: Completeness = ALL_CELLS,
    draws: int = DRAWS,
    seed: int = 0,
    sections: Sequence[Section] = SECTIONS,
) -> Comparison:
    """All statistics of two readers, or the intraclass correlations of more, for every part of the score in `sections`.

    `visit` is the place of the one visit whose status is compared; without it all visits are pooled and patients stay
    the unit. The same seed gives the same intervals. Raises: ValueError for readers who are not in the study, or who
    scored no patient in common.
    """
    pair = paired(study, readers, change=change, visit=visit, span=span, rule=rule)
    used = pair.used
    if not used.any():
        what = "two visits of the same patient" if change else "the same patient and visit"
        raise ValueError(f"{' and '.join(readers)} did not both score {what}")
    n = int(used.sum())
    rng = np.random.default_rng(seed)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws if n > 1 else 0).astype(np.float64)
    times = np.concatenate([np.ones((1, n)), times])  # the first "draw" is the study itself
    sums = pair.sums(sections)[:, used]
    found = _sum_statistics(sums, times, change=change)
    counts, nonzero = np.zeros(len(sections)), np.zeros(len(sections))
    if len(readers) == 2:
        more, counts, nonzero = grade_statistics(pair.points[:, used], times, sections, change=change)
        found |= more
    there = np.isfinite(sums[0])
    patients = there.any(axis=1).sum(axis=0)
    parts = []
    for s, section in enumerate(sections):
        here = sums[..., s][:, there[..., s]]
        why = _why_not(here)
        cell_why = f"not estimable ({int(nonzero[s])} non-zero of {int(counts[s])})"
        if not counts[s]:
            cell_why = "not estimable: no single cells by all of these readers"
        estimates = {
            name: _estimate(name, values[:, s], cell_why if name in CELL_STATISTICS else why, n)
            for name, values in found.items()
        }
        single = len(here.T) == patients[s]
        _add_f(estimates, icc_f_intervals(here.T) if single else {}, int(patients[s]))
        if len(readers) == 2:
            _add_differences(estimates, sums[..., s], times, int(patients[s]), why)
            rank = rank_correlation(here[0], here[1])
            estimates["spearman"] = Estimate(rank) if np.isfinite(rank) else Estimate(None, why=why)
        parts.append(SectionAgreement(section, here.shape[1], int(patients[s]), int(counts[s]), estimates))
    pooled = visit is None and not change and bool((there.sum(axis=1) > 1).any())
    where = study.visits[visit] if visit is not None else ""
    return Comparison(
        tuple(readers), change, where, n, pair.left_out, tuple(pair.not_counted()), tuple(pair.span_counts), pooled,
        int(pair.scored.sum()), rule, tuple(parts),
    )  # fmt: skip


def _why_not(sums: Array) -> str:
    """Why a statistic of totals [readers, observations] cannot be had, should it come to that."""
    if not sums.shape[1]:
        return "not estimable: no total counts for all readers"
    if (sums != 0).any() and not np.ptp(sums, axis=1).any():
        return "not estimable: " + ("one total alone" if sums.shape[1] == 1 else "every total is the same")
    return f"not estimable ({int((sums != 0).any(axis=0).sum())} non-zero of {sums.shape[1]})"


def _sum_statistics(sums: Array, times: Array, *, change: bool) -> dict[str, Array]:
    """Statistics of totals [readers, patients, visits, parts], each [draws, parts]."""
    k, patients = sums.shape[:2]
    there = np.isfinite(sums[0])
    count = there.sum(axis=(0, 1))
    whole = np.where(there, sums, 0.0)
    centre = np.rint(whole.sum(axis=(0, 1, 2)) / np.maximum(k * count, 1))
    whole = np.where(there, whole - centre, 0.0)
    features = [there.sum(axis=1)[:, None].astype(np.float64), whole.sum(axis=2).transpose(1, 0, 2)]
    features.append(np.einsum("ipvs,jpvs->pijs", whole, whole).reshape(patients, k * k, -1))
    features.append(np.abs(whole[0] - whole[1]).sum(axis=1)[:, None])
    stacked = np.concatenate(features, axis=1)
    drawn = (times @ stacked.reshape(patients, -1)).reshape(len(times), stacked.shape[1], -1).transpose(0, 2, 1)
    n, first, products = drawn[..., 0], drawn[..., 1 : 1 + k], drawn[..., 1 + k : -1].reshape(*drawn.shape[:2], k, k)
    iccs = icc_from_sums(n, first, products)
    found = {name: iccs[name] for name in ICCS}
    if k == 2:
        found |= pair_from_sums(n, first, products, drawn[..., -1])
        found["mean_first"], found["mean_second"] = found["mean_first"] + centre, found["mean_second"] + centre
        found |= smallest_change(found["sd_difference"], change=change)
    else:
        found["sem"] = np.sqrt(iccs["ms_rest"])
        found["sdc_one" if change else "sdd_one"] = 1.96 * found["sem"] * (1 if change else np.sqrt(2))
    return found


def _estimate(name: str, values: Array, why: str, patients: int) -> Estimate:
    """The first value with the percentiles of the others, or words."""
    value, drawn = float(values[0]), values[1:]
    if not np.isfinite(value):
        return Estimate(None, why=why)
    if name in ICCS and value < -1:
        return Estimate(None, why="not estimable: the patients differ less than the readings of one patient")
    drawn = drawn[np.isfinite(drawn)]
    if patients < FEWEST_PATIENTS:
        return Estimate(value, no_interval=TOO_FEW)
    if len(drawn) < _NEEDED * (len(values) - 1):
        return Estimate(value, no_interval="no interval: too few patients vary")
    low, high = np.quantile(drawn, (0.025, 0.975))
    if name in ICCS:
        low = max(low, -1.0)
    return Estimate(value, float(low), float(high))


def _add_f(estimates: dict[str, Estimate], intervals: Mapping[str, tuple[float, float]], patients: int) -> None:
    """The F intervals; of few patients they are the interval, because a bootstrap of so few is too short."""
    for name, (low, high) in intervals.items():
        e = estimates[name]
        if e.value is not None:
            estimates[name] = replace(e, f_low=low, f_high=high)
            if FEWEST_PATIENTS <= patients < FEWEST_FOR_BOOTSTRAP:
                estimates[name] = replace(e, low=low, high=high, f_low=low, f_high=high, no_interval="")


def _add_differences(estimates: dict[str, Estimate], sums: Array, times: Array, patients: int, why: str) -> None:
    """The intervals of bias, spread and limits, and the p of the t-test, patients as the unit."""
    there = np.isfinite(sums[0])
    here = there.any(axis=1)
    d = np.where(there, sums[0] - sums[1], 0.0)
    bias, sd = estimates["bias"].value, estimates["sd_difference"].value
    if bias is None or sd is None:
        estimates["t_test_p"] = Estimate(None, why=why)
        return
    rows = difference_sums((d - bias)[..., None], there[..., None])
    of_study = times[:, here] @ rows[here, :, 0]
    spread, error_log, error = spread_and_error(of_study[..., None], times[:, here].sum(axis=1)[:, None])
    differences = d[there]
    if not differences.any():
        estimates["t_test_p"] = Estimate(None, why=NO_DIFFERENCE)
    elif np.ptp(differences) < 1e-9:
        estimates["t_test_p"] = Estimate(None, why=f"every difference is {differences[0]:+g}, so a test has no p")
    else:
        p = clustered_t(bias, float(error[0, 0]), patients)
        estimates["t_test_p"] = Estimate(p) if np.isfinite(p) else Estimate(None, why="not estimable (one patient)")
    changed: dict[str, tuple[float, float]] = {}
    if patients >= FEWEST_PATIENTS and sd > 0:
        half = mean_half_width(float(error[0, 0]), patients)
        changed["bias"] = (bias - half, bias + half)
        found = sd_interval(spread[:, 0], error_log[:, 0], patients)
        if found:
            changed |= {
                name: (e * found[0] / sd, e * found[1] / sd) for name in _OF_SD if (e := _value(estimates, name))
            }
            changed |= limit_intervals(bias, float(error[0, 0]), sd, found, patients)
    few = TOO_FEW if patients < FEWEST_PATIENTS else "no interval: the differences hang on too few patients"
    for name in ("bias", "lower_limit", "upper_limit", *_OF_SD):
        if name in estimates and estimates[name].value is not None:
            low, high = changed.get(name, (None, None))
            estimates[name] = Estimate(
                estimates[name].value,
                low,
                high,
                no_interval="" if low is not None else NO_DIFFERENCE if sd == 0 else few,
            )


def _value(estimates: Mapping[str, Estimate], name: str) -> float | None:
    return estimates[name].value if name in estimates else None
