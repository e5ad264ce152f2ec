"""How many patients progress: shares with intervals, by reader, mean of readers and group."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from core.agreement.completeness import ALL_CELLS, Completeness
from core.agreement.progression import DetectableChange, is_rapid
from core.agreement.sections import CELL_LIST
from core.agreement.study import Study
from core.agreement.study_score import Change, StudyScore, score_changes
from core.svh import Damage

_EROSIONS = np.array([site.damage is Damage.EROSION for _, site in CELL_LIST])


@dataclass(frozen=True)
class Share:
    """A share (or a mean number) with its 95 % interval; `value` is None where it cannot be had, with `why`."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    count: int | None = None
    of: int = 0
    why: str = ""
    is_share: bool = True


@dataclass(frozen=True)
class Progressors:
    """The progression of the patients of a group by one score; `sdc` and `sdc_80` are the changes that exceed error."""

    score: str
    group: str
    patients: int
    from_to: str
    sdc: float | None
    sdc_80: float | None
    rows: tuple[Share, ...]


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score. Source: Wilson 1927, J Am Stat Assoc 22:209."""
    z = stats.norm.ppf(0.975)
    share = count / of
    centre, width = share + z * z / (2 * of), z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    below = 1 + z * z / of
    return max(float((centre - width) / below), 0.0), min(float((centre + width) / below), 1.0)


def progressors(
    study: Study,
    scores: Sequence[StudyScore],
    detectable: DetectableChange | None,
    *,
    span: tuple[int, int] | None = None,
    rule: Completeness = ALL_CELLS,
) -> list[Progressors]:
    """The table of progression: one entry a score and group, all patients together last.

    A score of one reader is measured by the smallest detectable change of one reader, a mean by that of the mean.
    """
    groups = sorted({group for group in study.groups if group})
    found = []
    for score in scores:
        changes = score_changes(study, score, span)
        single = len(score.readers) == 1
        sdc, sdc_80 = None, None
        if detectable:
            sdc, sdc_80 = (detectable.one, detectable.one_80) if single else (detectable.mean, detectable.mean_80)
        for group in [*groups, ""] if groups else [""]:
            mine = [change for change in changes if group in ("", study.groups[change.patient])]
            rows = _rows(study, score, mine, sdc, sdc_80)
            found.append(Progressors(score.name, group or "all", len(mine), _from_to(study, mine), sdc, sdc_80, rows))
    return found


def _from_to(study: Study, changes: Sequence[Change]) -> str:
    pairs = {(study.visits[change.first], study.visits[change.last]) for change in changes}
    if len(pairs) == 1:
        first, last = next(iter(pairs))
        return f"from {first} to {last}"
    return "from each patient's first to last visit" if pairs else ""


def _rows(
    study: Study, score: StudyScore, changes: Sequence[Change], sdc: float | None, sdc_80: float | None
) -> tuple[Share, ...]:
    by = np.array([change.change for change in changes])
    timed = [change for change in changes if change.years and change.years > 0]
    why = "the smallest detectable change needs two readers of the same patients"
    no_time = "the names of the visits do not tell the time"
    up, down = by > 1e-9, by < -1e-9
    rows = [
        _share("Change above 0", up),
        _share("Change above 0.5", by > 0.5 + 1e-9),
        _share("Change above the SDC (95 %)", by > sdc)
        if sdc is not None
        else Share("Change above the SDC (95 %)", None, why=why),
        _share("Change above the SDC (80 %)", by > sdc_80)
        if sdc_80 is not None
        else Share("Change above the SDC (80 %)", None, why=why),
        _share("Rapid: 5 points a year or more", np.array([is_rapid(c.change, c.years) for c in timed if c.years]))
        if timed
        else Share("Rapid: 5 points a year or more", None, why=no_time),
        _share("No progression: 0 or less", ~up),
        _share("No progression: 0.5 or less", by <= 0.5 + 1e-9),
        _share("Repair: below 0", down),
        _share("Repair beyond the SDC (95 %)", by < -sdc)
        if sdc is not None
        else Share("Repair beyond the SDC (95 %)", None, why=why),
        _net("Net progression: above 0 less below 0", up, down),
    ]
    if sdc is not None:
        rows.append(_net("Net progression beyond the SDC (95 %)", by > sdc, by < -sdc))
    return (*rows, *_new_erosions(study, score, changes))


def _share(name: str, yes: np.ndarray) -> Share:
    if not len(yes):
        return Share(name, None, why="no patient with two visits")
    count = int(yes.sum())
    return Share(name, count / len(yes), *wilson(count, len(yes)), count, len(yes))


def _net(name: str, up: np.ndarray, down: np.ndarray) -> Share:
    """The difference of two shares of the same patients, with the interval of a mean of +1, 0 and -1."""
    if len(up) < 2:
        return Share(name, None, why="no two patients with two visits")
    each = up.astype(float) - down.astype(float)
    half = 1.96 * each.std(ddof=1) / np.sqrt(len(each))
    net = float(each.mean())
    if half == 0:  # all patients alike: the interval of a mean would have no width, which is not true
        return Share(name, net, None, None, None, len(each))
    return Share(name, net, max(net - half, -1.0), min(net + half, 1.0), None, len(each))


def _new_erosions(study: Study, score: StudyScore, changes: Sequence[Change]) -> list[Share]:
    """Joints without an erosion at the first visit and with one at the last, on the cells scored at both.

    Mean of readers.
    """
    at = [study.readers.index(reader) for reader in score.readers]
    numbers = []
    for change in changes:
        before, after = (study.points[at, change.patient, v][:, _EROSIONS] for v in (change.first, change.last))
        there = np.isfinite(before) & np.isfinite(after)
        read = np.asarray(there.any(axis=1))
        if read.any():
            numbers.append(float((there & (before == 0) & (after > 0)).sum(axis=1)[read].mean()))
    if not numbers or score.missing.value != "as observed":
        return []
    new = np.array(numbers)
    half = stats.t.ppf(0.975, len(new) - 1) * new.std(ddof=1) / np.sqrt(len(new)) if len(new) > 1 else None
    mean = float(new.mean())
    low, high = (None, None) if half is None else (max(mean - float(half), 0.0), mean + float(half))
    return [
        _share("A new erosive joint or more, by any reader", new > 0),
        Share("New erosive joints, mean number", mean, low, high, None, len(new), is_share=False),
    ]


def share_words(share: Share) -> str:
    """`12 of 40, 30 % (18 to 45)`, a number, or why there is none."""
    if share.value is None:
        return share.why
    if not share.is_share:
        span = "" if share.low is None or share.high is None else f" ({share.low:.2f} to {share.high:.2f})"
        return f"{share.value:.2f}{span}"
    lead = "" if share.count is None else f"{share.count} of {share.of}, "
    text = f"{lead}{round(100 * share.value)} %"
    if share.low is not None and share.high is not None:
        text += f" ({round(100 * share.low)} to {round(100 * share.high)})"
    return text.replace("-", "\N{MINUS SIGN}")
