"""More than two readers, and pools in which each patient is read by some of them.

Variance components by a mixed model.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from core.agreement.coefficients import icc_from_sums, krippendorff_alpha
from core.agreement.completeness import ALL_CELLS, Completeness, part_sums
from core.agreement.sections import TOTAL, Section
from core.agreement.study import Study

MAX_SCORES = 1500
_POLISHED = 300  # so few scores are fitted twice, for digits


@dataclass(frozen=True)
class Components:
    """Variance of patients, of readers and of the rest, in squared points, by restricted maximum likelihood.

    `scores` are those of `patients` by `readers`; `alpha` is Krippendorff's, with squared differences.
    """

    patients: int
    readers: int
    scores: int
    of_patients: float
    of_readers: float
    rest: float
    alpha: float | None

    @property
    def icc(self) -> float:
        """Absolute agreement of one reader of the pool, ICC(A,1)."""
        return self.of_patients / (self.of_patients + self.of_readers + self.rest)

    @property
    def icc_consistency(self) -> float:
        """Consistency of one reader, ICC(C,1)."""
        return self.of_patients / (self.of_patients + self.rest)

    def icc_mean(self, k: int) -> float:
        """Absolute agreement of the mean of `k` readers."""
        return self.of_patients / (self.of_patients + (self.of_readers + self.rest) / k)

    @property
    def sem(self) -> float:
        """The error of one reader whose lean (reads high or low) counts as error, in points."""
        return float(np.sqrt(self.of_readers + self.rest))

    @property
    def sem_consistency(self) -> float:
        """The error of one reader beside a lean that is the same for all patients, in points."""
        return float(np.sqrt(self.rest))


def variance_components(scores: ArrayLike) -> Components:
    """Components of scores [patients, readers], NaN where a reader did not read.

    A linear mixed model with crossed random effects of patient and reader, y = mean + patient + reader + rest.
    Raises: ValueError where they cannot be told apart: fewer than 3 patients or 2 readers, no patient read twice, a set
    of readers who share no patient with the others, no variation, or more scores than fit. Source: Bates et al. 2015, J
    Stat Softw 67:1 (lme4 gives the same components).
    """
    x = np.asarray(scores, np.float64)
    there = np.isfinite(x)
    x, there = x[there.any(axis=1)][:, there.any(axis=0)], there[there.any(axis=1)][:, there.any(axis=0)]
    n, k = x.shape
    if n < 3 or k < 2 or (there.sum(axis=1) > 1).sum() < 3:
        raise ValueError("not estimable: that needs at least 3 patients with two readers")
    if np.ptp(x[there]) == 0:
        raise ValueError("not estimable: every score is the same")
    if all(np.ptp(scores[read]) == 0 for scores, read in zip(x.T, there.T, strict=True)):
        raise ValueError("not estimable: no reader tells the patients apart")
    if not _connected(there):
        raise ValueError("not estimable: some readers share no patient with the others, so their leans cannot be told")
    alpha = krippendorff_alpha(x)
    if there.all() and (of := _balanced(x)):
        return Components(n, k, n * k, *of, alpha if np.isfinite(alpha) else None)
    if there.sum() > MAX_SCORES:
        raise ValueError(
            f"not estimated: {int(there.sum())} scores are more than the {MAX_SCORES} that the mixed model takes"
        )
    patient, reader = np.nonzero(there)
    found = _components(x[there], patient, reader)
    return Components(n, k, int(there.sum()), *found, alpha if np.isfinite(alpha) else None)


def _balanced(x: np.ndarray) -> tuple[float, float, float] | None:
    """The same components in closed form where every reader read every patient; None where one would be below 0."""
    n, k = x.shape
    c = x - x.mean()
    found = icc_from_sums(np.asarray(float(n)), c.sum(axis=0), c.T @ c)
    subjects, readers, rest = (float(found[f"ms_{name}"]) for name in ("subjects", "readers", "rest"))
    return ((subjects - rest) / k, (readers - rest) / n, rest) if min(subjects, readers) >= rest else None


def _components(y: np.ndarray, patient: np.ndarray, reader: np.ndarray) -> tuple[float, float, float]:
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    scale = float(y.std()) or 1.0
    indicators = [(at[:, None] == np.arange(at.max() + 1)).astype(np.float64) for at in (patient, reader)]
    names = [[[f"{name}{n}" for n in range(each.shape[1])]] for name, each in zip("pr", indicators, strict=True)]
    model = MixedLM(
        (y - y.mean()) / scale,
        np.ones((len(y), 1)),
        groups=np.zeros(len(y)),
        exog_vc=VCSpec(["patient", "reader"], names, [[each] for each in indicators]),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a component at its limit 0 is an answer, not a fault
        fit = model.fit(reml=True, method="lbfgs")
        if len(y) <= _POLISHED:
            again = model.fit(reml=True, method="nm", start_params=fit.params)
            fit = again if again.llf > fit.llf else fit
    patients, readers = (float(value) * scale**2 for value in fit.vcomp)
    return patients, readers, float(fit.scale) * scale**2


def _connected(there: np.ndarray) -> bool:
    """Whether all readers are linked by patients that they share."""
    linked = {0}
    while True:
        patients = there[:, sorted(linked)].any(axis=1)
        more = set(np.flatnonzero(there[patients].any(axis=0)).tolist())
        if more <= linked:
            return len(linked) == int(there.shape[1])
        linked |= more


def totals_of_readers(
    study: Study,
    readers: Sequence[str],
    *,
    visit: int = 0,
    span: tuple[int, int] | None = None,
    section: Section = TOTAL,
    rule: Completeness = ALL_CELLS,
) -> np.ndarray:
    """Totals [patients, readers] at a visit, or their changes over `span`; NaN where a reader has no complete one."""
    at = [study.readers.index(reader) for reader in readers]
    scored = np.asarray(np.isfinite(study.points[at]).any(axis=(0, 1, 2)))
    given = None if study.totals is None else study.totals[at]
    totals = part_sums(study.points[at], given, [section], scored, rule)[..., 0]
    wanted = totals[:, :, visit] if span is None else totals[:, :, span[1]] - totals[:, :, span[0]]
    return np.asarray(wanted.T, np.float64)
