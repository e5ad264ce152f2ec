"""The analysis of a study for its paper: everything that tables, figures and sentences are made from, computed once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.agreement.adjudication import THRESHOLD, Adjudication, adjudication
from core.agreement.compare import DRAWS
from core.agreement.comparison import Comparison
from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.identity import doubts
from core.agreement.pairing import paired
from core.agreement.pool import Components, totals_of_readers, variance_components
from core.agreement.progression import DetectableChange, detectable_change
from core.agreement.progressors import Progressors, progressors
from core.agreement.results import all_comparisons, is_model, status_by_visit
from core.agreement.study import Study
from core.agreement.study_score import MissingVisit, StudyScore, mean_score, pool_score, reader_score


@dataclass(frozen=True)
class Analysis:
    """A study with its results.

    `people` are the readers who are no model, `score` is the score of the study: their mean, or an adjudicated one.
    `components` are those of status at the first visit and of change, with their headings, or the words why there are
    none.
    """

    study: Study
    rule: Completeness
    threshold: float
    draws: int
    seed: int
    people: tuple[str, ...]
    found: tuple[Comparison, ...]
    by_visit: tuple[Comparison, ...]
    scores: tuple[StudyScore, ...]
    detectable: DetectableChange | None
    progress: tuple[Progressors, ...]
    components: tuple[tuple[str, Components | str], ...]
    judged: tuple[tuple[tuple[str, ...], Adjudication], ...]
    doubts: tuple[str, ...]

    @property
    def score(self) -> StudyScore:
        """The last of the scores, which the figures of the paper are of."""
        return self.scores[-1]

    @property
    def status(self) -> list[Comparison]:
        """The status at each visit, or at the only one: every patient counts once."""
        return list(self.by_visit) or [c for c in self.found if not c.change]

    @property
    def changes(self) -> list[Comparison]:
        """The comparisons of change."""
        return [c for c in self.found if c.change]

    @property
    def lacking_visits(self) -> int:
        """Visits of patients without a complete score of the study, at places that patients share."""
        totals = self.score.totals
        if self.study.visits[0] == "visit 1" and len(self.study.visits) > 1:
            return 0
        return int((np.isnan(totals) & np.isfinite(totals).any(axis=1, keepdims=True)).sum())

    @property
    def sensitivity(self) -> tuple[MissingVisit, ...]:
        """The ways in which missing visits are treated, where there are any."""
        return tuple(MissingVisit) if self.lacking_visits else ()


def analysed(
    study: Study,
    *,
    rule: Completeness = ALL_CELLS,
    threshold: float = THRESHOLD,
    draws: int = DRAWS,
    seed: int = 0,
    notes: Sequence[str] = (),
    adjudicated: StudyScore | None = None,
) -> Analysis:
    """Everything about a study of two readers or more.

    With an `adjudicated` score that is the score of the study, in place of the mean of its readers.
    Raises: ValueError as `all_comparisons` does.
    """
    found = all_comparisons(study, draws=draws, seed=seed, rule=rule)
    people = tuple(reader for reader in study.first_readings if not is_model(reader)) or study.first_readings
    scores = [reader_score(study, reader, rule=rule) for reader in study.first_readings]
    together = [paired(study, people, rule=rule).patients_used if len(people) > 1 else 0][0]
    is_pool = len(people) > 2 and together < len(study.patients) / 2
    if len(people) > 1:
        scores.append((pool_score if is_pool else mean_score)(study, people, rule=rule))
    if adjudicated:
        scores.append(adjudicated)
    pair = max((c for c in found if c.change and set(c.readers) <= set(people)), key=lambda c: c.patients, default=None)
    readers = people if not is_pool else pair.readers if pair else people
    detectable = detectable_change(study, readers, rule=rule)
    return Analysis(
        study, rule, threshold, draws, seed, people, tuple(found),
        tuple(status_by_visit(study, draws=draws, seed=seed, rule=rule)), tuple(scores), detectable,
        tuple(entry for entry in progressors(study, scores, detectable, rule=rule) if entry.patients),
        _components(study, people, rule) if len(people) > 2 else (),
        tuple((c.readers, adjudication(study, c.readers, threshold=threshold, rule=rule)) for c in found
              if c.change and len(c.readers) == 2 and c.readers[1] not in study.rereads),
        tuple(doubts(study, notes)),
    )  # fmt: skip


def _components(study: Study, people: Sequence[str], rule: Completeness) -> tuple[tuple[str, Components | str], ...]:
    last = len(study.visits) - 1
    wanted: list[tuple[str, tuple[int, int] | None]] = [(f"status at {study.visits[0]}", None)]
    if last:
        wanted.append((f"change from {study.visits[0]} to {study.visits[last]}", (0, last)))
    found: list[tuple[str, Components | str]] = []
    for title, span in wanted:
        try:
            found.append((title, variance_components(totals_of_readers(study, people, span=span, rule=rule))))
        except ValueError as error:
            found.append((title, str(error)))
    return tuple(found)
