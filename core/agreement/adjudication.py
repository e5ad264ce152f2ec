"""Which patients a third reader has to look at: those whose change the two readers see too differently."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agreement.compare import observed
from core.agreement.sections import TOTAL
from core.agreement.study import Study, paired

THRESHOLD = 10.0
HIGH_RATE = 0.20


@dataclass(frozen=True)
class Adjudicated:
    """One patient to adjudicate: the visits and the change of the total that each reader saw."""

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
    """The patients to adjudicate, largest difference first, of all with two visits read by both."""

    patients: int
    threshold: float
    cases: tuple[Adjudicated, ...]

    @property
    def rate(self) -> float | None:
        """Share of patients to adjudicate; None without any patient. More than 20 % worries regulators."""
        return len(self.cases) / self.patients if self.patients else None


def adjudication(study: Study, readers: Sequence[str], *, threshold: float = THRESHOLD) -> Adjudication:
    """Patients whose change of the total differs by `threshold` points or more between two readers.

    Raises: ValueError for a threshold that is not above 0, or readers as `Study.index` does.
    """
    if not threshold > 0:
        raise ValueError(f"the threshold must be above 0 points, not {threshold:g}")
    both = paired(study, readers, change=True)
    rows = [Adjudicated(study.patients[p], both.visits[p][v], *sums) for p, v, sums in observed(both, TOTAL)]
    cases = sorted((row for row in rows if row.apart >= threshold), key=lambda row: -row.apart)
    return Adjudication(len(rows), threshold, tuple(cases))
