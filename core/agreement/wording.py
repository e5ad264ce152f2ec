"""How the statistics are called, by which formula they come, and how their numbers are written."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agreement.comparison import Estimate


@dataclass(frozen=True)
class Wording:
    """Name and formula of a statistic, and its decimals. d = first - second."""

    title: str
    formula: str
    decimals: int


WORDING: dict[str, Wording] = {
    "icc_a1": Wording("ICC(A,1)", "absolute agreement of one reader", 3),
    "icc_c1": Wording("ICC(C,1)", "consistency of one reader", 3),
    "icc_ak": Wording("ICC(A,k)", "absolute agreement of the mean of the readers", 3),
    "bias": Wording("Bias", "mean of d", 2),
    "lower_limit": Wording("Lower limit of agreement", "mean of d - 1.96 SD(d)", 2),
    "upper_limit": Wording("Upper limit of agreement", "mean of d + 1.96 SD(d)", 2),
    "slope": Wording("Slope of d on the mean", "does the difference grow with the score", 3),
    "sd_difference": Wording("SD of d", "SD(d), n - 1", 2),
    "sem": Wording("SEM", "SD(d) / sqrt(2)", 2),
    "sdd_one": Wording("SDD, one reader", "1.96 SD(d)", 2),
    "sdd_mean": Wording("SDD, mean of two", "1.96 SD(d) / sqrt(2)", 2),
    "sdc_one": Wording("SDC, one reader", "1.96 SD(d) / sqrt(2), d of the changes", 2),
    "sdc_mean": Wording("SDC, mean of two", "1.96 SD(d) / (sqrt(2) sqrt(2)), d of the changes", 2),
    "kappa_linear": Wording("Weighted kappa, linear", "cells, weights |i - j|", 3),
    "kappa_quadratic": Wording("Weighted kappa, quadratic", "cells, weights (i - j)^2", 3),
    "ac2": Wording("Gwet's AC2", "cells, quadratic weights over the full list of grades", 3),
    "alpha": Wording("Krippendorff's alpha", "cells, squared differences", 3),
    "exact": Wording("Exact agreement", "share of cells with d = 0", 3),
    "within_1": Wording("Within 1 point", "share of cells with |d| <= 1", 3),
    "positive_agreement": Wording("Positive agreement", "2TP / (2TP + FP + FN) on points above 0", 3),
    "pearson": Wording("Pearson r", "linear correlation", 3),
    "spearman": Wording("Spearman rho", "rank correlation", 3),
    "lin": Wording("Lin's concordance", "2 s12 / (s1^2 + s2^2 + bias^2), 1/n", 3),
    "mae": Wording("MAE", "mean of |d|", 2),
    "rmse": Wording("RMSE", "root of the mean of d^2", 2),
    "mean_first": Wording("Mean, first reader", "", 2),
    "mean_second": Wording("Mean, second reader", "", 2),
    "sd_first": Wording("SD, first reader", "n - 1", 2),
    "sd_second": Wording("SD, second reader", "n - 1", 2),
    "t_test_p": Wording("Paired t-test p", "patients as the unit; a p above 0.05 is no proof of agreement", 3),
}
INTERVALS = (
    "95 %. Bootstrap of patients (percentiles): these readers, other patients. F intervals of ICCs (McGraw and Wong):"
    " other readers like these too, normal scores, so they are wider where the readers differ; below 40 patients they"
    " alone are given where every patient counts once, because a bootstrap of so few is too short. Bias: t by patients."
    " SD, SEM, SDD, SDC: the wider of a bootstrap-t and an interval by the kurtosis; limits of agreement: from those of"
    " bias and SD. None below 10 patients, but for F"
)


def listed(names: Sequence[str]) -> str:
    """`Anna, Bert and Cara`."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def number(value: float, decimals: int) -> str:
    """`0.97`, with a true minus and no minus zero."""
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if not float(text) else text.replace("-", "\N{MINUS SIGN}")


def f_words(estimate: Estimate, name: str) -> str:
    """`0.94 to 0.98`, the F interval of an ICC; "" without one, or where it stands behind the number already."""
    if estimate.f_low is None or estimate.f_high is None or estimate.f_low == estimate.low:
        return ""
    decimals = WORDING[name].decimals
    return f"{number(estimate.f_low, decimals)} to {number(estimate.f_high, decimals)}"


def words(estimate: Estimate, name: str) -> str:
    """`0.97 (0.94 to 0.98)`, or why there is no number."""
    if estimate.value is None:
        return estimate.why
    decimals = WORDING[name].decimals
    text = number(estimate.value, decimals)
    if name == "t_test_p" and estimate.value < 0.001:
        return "< 0.001"
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({number(estimate.low, decimals)} to {number(estimate.high, decimals)})"
