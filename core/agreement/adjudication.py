"""Which patients a third reader has to look at: those whose change the two readers see too differently."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.pairing import paired
from core.agreement.sections import TOTAL
from core.agreement.study import Study

THRESHOLD = 10.0
HIGH_RATE = 0.20


@dataclass(frozen=True)
class Adjudicated:
    """One change to adjudicate: the patient, `from X to Y`, and the change of the total that each reader saw."""

    patient: str
    visits: str
    first: float
    second: float

    @property
    def apart(self) -> float:
        """How many points the readers' changes differ by."""
        return abs(self.first - self.second)


@dataclass(frozen=True)
class Adjudication:
    """The changes to adjudicate, largest difference first, of all patients with two visits read by both.

    Change is from the first visit that both read to every later one.
    """

    patients: int
    threshold: float
    cases: tuple[Adjudicated, ...]

    @property
    def called(self) -> int:
        """Patients with at least one change to adjudicate."""
        return len({case.patient for case in self.cases})

    @property
    def rate(self) -> float | None:
        """Share of patients to adjudicate; None without any patient. More than 20 % worries regulators."""
        return self.called / self.patients if self.patients else None


def adjudication(
    study: Study, readers: Sequence[str], *, threshold: float = THRESHOLD, rule: Completeness = ALL_CELLS
) -> Adjudication:
    """Changes of the total that differ between two readers by `threshold` or more, at every visit after the first.

    Raises: ValueError for a threshold that is not above 0, or readers as `Study.index` does.
    """
    if not threshold > 0:
        raise ValueError(f"the threshold must be above 0 points, not {threshold:g}")
    totals: dict[int, list[tuple[int, tuple[float, ...]]]] = {}
    for p, v, sums in paired(study, readers, rule=rule).observed(TOTAL):
        totals.setdefault(p, []).append((v, sums))
    rows, patients = [], 0
    for p, ((first, before), *later) in totals.items():
        patients += bool(later)
        names = study.visit_names[p]
        for v, after in later:
            one, two = (b - a for a, b in zip(before, after, strict=True))
            rows.append(Adjudicated(study.patients[p], f"from {names[first]} to {names[v]}", one, two))
    cases = sorted((row for row in rows if row.apart >= threshold), key=lambda row: -row.apart)
    return Adjudication(patients, threshold, tuple(cases))
