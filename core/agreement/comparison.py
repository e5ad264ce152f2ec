"""What a comparison of readers gives: numbers with their intervals, or the words why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.agreement.completeness import Completeness
from core.agreement.pairing import LeftOut
from core.agreement.sections import Section


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, or the words that say why there is none; never NaN.

    `f_low` and `f_high` are the F-based interval of an ICC, which below `FEWEST_FOR_BOOTSTRAP` patients is `low` and
    `high` as well; `no_interval` says why a number has no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""
    f_low: float | None = None
    f_high: float | None = None
    no_interval: str = ""


@dataclass(frozen=True)
class SectionAgreement:
    """One part of the score: estimates by name of the statistic.

    `observations` are the totals that count, of `patients` patients; `cells` the single cells that all readers scored.
    """

    section: Section
    observations: int
    patients: int
    cells: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Comparison:
    """Readers compared, on status (at the visit in `visit`, or at all with "") or on change.

    `left_out` counts cells that not all of them scored, `not_counted` are the SvH totals that do not count; `spans` say
    from which visit to which the change is, of how many patients. `cells_of_study` are the cells of a whole total.
    """

    readers: tuple[str, ...]
    change: bool
    visit: str
    patients: int
    left_out: int
    not_counted: tuple[LeftOut, ...]
    spans: tuple[tuple[str, str, int], ...]
    pooled: bool
    cells_of_study: int
    rule: Completeness
    sections: tuple[SectionAgreement, ...]

    def of(self, key: str) -> SectionAgreement:
        """One part of the score by its key."""
        return next(part for part in self.sections if part.section.key == key)

    @property
    def kind(self) -> str:
        """`status`, `status at W24` or `change from BL to W52`, as it stands in headings."""
        if self.change:
            return f"change {self.from_to}"
        return f"status at {self.visit}" if self.visit else "status, all visits pooled" if self.pooled else "status"

    @property
    def from_to(self) -> str:
        """From which visit to which the change is; with the patients if they differ."""
        if not self.spans:
            return ""
        if len(self.spans) == 1:
            return f"from {self.spans[0][0]} to {self.spans[0][1]}"
        if len(self.spans) <= 3:
            return ", ".join(f"from {first} to {last} ({n} patient{'s' * (n != 1)})" for first, last, n in self.spans)
        first, last, n = self.spans[0]
        return (
            f"from each patient's first to last visit (from {first} to {last} in {n}, {len(self.spans) - 1} other"
            " pairs)"
        )
