"""What the networks gave for one limb of a film becomes its reading: scored or refused, with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.anatomy.parts import BOX_POINTS, JOINTS, PART_JOINTS, Point
from core.detection.found import FoundLimb
from core.joint_scoring.scorer import SiteScore
from core.measure import measure_widths
from core.model_reader.codes import FilmStatus, Flag, FlagCode, Refusal, Unscored
from core.model_reader.evidence import FilmReading, FoundJoint, FoundPart, ScoredCell
from core.model_reader.quality_check import Verdict
from core.model_reader.sides import propose_side
from core.radiograph.film import TURNED_ROUND, Radiograph
from core.svh import SITES, Limb, Side, Site

Slot = tuple[Limb, Side | None]  # a side of None leaves the question open


@dataclass(frozen=True)
class Draft:
    """A limb that was found, before its joints are scored."""

    radiograph: Radiograph
    found: FoundLimb
    verdict: Verdict
    alone: bool


def _cell(site: Site, score: SiteScore | None, off_film: bool) -> ScoredCell:
    if score is None:
        return ScoredCell(site, None, None, None, None, Unscored.NOT_ON_FILM if off_film else Unscored.NOT_CLEAR)
    return ScoredCell(site, score.points, round(score.low, 1), round(score.high, 1), round(score.estimate, 2))


def as_read(film: Radiograph, readings: Sequence[FilmReading]) -> Radiograph:
    """The film as the reader saw it: turned round where it found it light for dark."""
    turned = any(str(note) == TURNED_ROUND for reading in readings for note in reading.notes)
    return film.inverted() if turned and TURNED_ROUND not in map(str, film.notes) else film


def refused(film: Radiograph, code: Refusal, reason: str) -> FilmReading:
    """A film that is not scored, and why."""
    return FilmReading(
        film.name,
        film.sha256,
        FilmStatus.REFUSED,
        code,
        reason,
        film.width_px,
        film.height_px,
        notes=film.notes,
        folder=film.folder,
    )


def flag_repeat(film: FilmReading, taken: set[tuple[Limb, Side]]) -> FilmReading:
    """A second film of a limb and side that is in `taken` is flagged: only the first counts in the totals.

    The flag stands in reports, so it does not name the other film: the name of a file may hold a person's.
    """
    if not film.scored or film.limb is None or film.side is None:
        return film
    key = film.limb, film.side
    if key not in taken:
        taken.add(key)
        return film
    words = "This shows the same limb and side as an earlier film of the visit; only that one counts in the totals."
    return replace(film, flags=(*film.flags, Flag(FlagCode.SAME_LIMB_AND_SIDE, words)))


def limb_reading(
    draft: Draft, places: Mapping[str, Point], scores: Mapping[Site, SiteScore], slot: Slot | None, force: bool
) -> FilmReading:
    """The reading of a limb whose joints lie at `places` and whose sites have these scores.

    `slot` is what the user says the film shows; with `force` it is scored although it would be refused, where it can.
    """
    found, film, verdict = draft.found, draft.radiograph, draft.verdict
    proposal = propose_side(film, found, slot, alone=draft.alone)
    flags = list(proposal.flags) + list(verdict.flags)
    never = verdict.code in (Refusal.HAND_OR_FOOT, Refusal.NO_LIMB)
    no_score = bool(verdict.code) and (never or not force)
    if verdict.code and not no_score:
        flags.insert(0, Flag(FlagCode.SCORED_ANYWAY, f"Scored although it would be refused: {verdict.reason}"))
    cells = () if no_score else tuple(_cell(s, scores.get(s), s.joint in found.off_film) for s in SITES[found.limb])
    return FilmReading(
        file=film.name,
        sha256=film.sha256,
        status=FilmStatus.REFUSED if no_score else FilmStatus.SCORED,
        code=verdict.code,
        reason=verdict.reason if no_score else "",
        width=film.width_px,
        height=film.height_px,
        limb=found.limb,
        side=proposal.side,
        side_source=proposal.source,
        ask_side="" if no_score else proposal.question,
        region=None if draft.alone else tuple(round(v, 1) for v in found.region),  # type: ignore[arg-type]
        turned_deg=round(found.pose.up_deg, 1),
        mm_per_px=round(found.pose.mm_per_px, 5),
        parts=_parts(found, places),
        joints=_joints(found, places),
        cells=cells,
        flags=(*flags, *_unclear(cells)),
        notes=film.notes,
        folder=film.folder,
        widths=() if no_score else measure_widths(film.pixels, found.pose, places, film.spacing_mm),
    )


def _parts(found: FoundLimb, places: Mapping[str, Point]) -> tuple[FoundPart, ...]:
    """The parts of which a joint lies on the film."""
    return tuple(
        FoundPart(part, tuple(round(v, 1) for v in found.parts[part][0]), round(found.parts[part][1], 3))  # type: ignore[arg-type]
        for part, inside in PART_JOINTS[found.limb].items()
        if part in found.parts and any(joint in places for joint in inside)
    )


def _joints(found: FoundLimb, places: Mapping[str, Point]) -> tuple[FoundJoint, ...]:
    names = [name for name in JOINTS[found.limb] + BOX_POINTS[found.limb] if name in places]
    at = {name: found.joints[name] for name in names}
    return tuple(FoundJoint(name, round(x, 1), round(y, 1), round(height, 3)) for name, ((x, y), height) in at.items())


def _unclear(cells: Sequence[ScoredCell]) -> tuple[Flag, ...]:
    """Says how many sites of a film are not clear enough."""
    count = sum(cell.why_unscored is Unscored.NOT_CLEAR for cell in cells)
    if not count:
        return ()
    are = f"{count} sites of this film are" if count > 1 else "1 site of this film is"
    return (Flag(FlagCode.SITES_UNSCORED, f"{are} not clear enough to be scored; they have no points."),)
