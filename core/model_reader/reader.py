"""The model as a reader: it alone joins the networks and decides what may be scored.

It says where each answer comes from.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from core.anatomy.parts import BOX_POINTS, JOINTS, PART_JOINTS, Point
from core.checkpoint import WeightCard
from core.checkpoint.weight_file import FOLDER
from core.detection.detector import LOOKS, Detector
from core.detection.found import FoundLimb
from core.detection.limb_votes import SeenLimb
from core.joint_scoring.scorer import JointScorer, LimbJoints, SiteScore
from core.measure import measure_widths
from core.model_reader.candidates import apart, once
from core.model_reader.codes import FilmStatus, Flag, FlagCode, Refusal, Unscored
from core.model_reader.evidence import FilmReading, FoundJoint, FoundPart, ScoredCell, VisitReading
from core.model_reader.gate import NOTHING_FOUND, Gate, Verdict
from core.model_reader.opening import open_detector, open_scorer
from core.model_reader.sides import propose_side
from core.model_reader.whole_hand import open_whole_hand
from core.radiograph.film import TURNED_ROUND, Radiograph
from core.svh import SITES, Limb, Side, Site
from core.whole_hand import WholeHandScorer

Slot = tuple[Limb, Side | None]  # a side of None leaves the question open
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class _Draft:
    """A limb that was found, before its joints are scored."""

    radiograph: Radiograph
    found: FoundLimb
    verdict: Verdict
    alone: bool


class ModelReader:
    """Reads films and visits with one set of weights.

    One object may be used by many threads: the networks are locked.
    """

    def __init__(
        self,
        detector: Detector,
        scorer: JointScorer,
        gate: Gate,
        cards: Sequence[WeightCard],
        weights: str,
        whole_hand: WholeHandScorer | None = None,
    ) -> None:
        self._detector, self._scorer, self._gate = detector, scorer, gate
        self.cards, self.weights, self.whole_hand = tuple(cards), weights, whole_hand
        self._lock = threading.Lock()

    @classmethod
    def open(cls, weights: str = "compact", device: str = "auto", *, folder: Path = FOLDER) -> "ModelReader":
        """Open a set of weights on a device ("auto" takes CUDA when there is one).

        Raises: WeightsError if a file is missing or damaged; ValueError for a device that is not there.
        """
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("there is no CUDA device on this machine; use --device cpu")
        detector, cards = open_detector(weights, device, folder=folder)
        scorer, scorer_cards = open_scorer(weights, device, folder=folder)
        whole = open_whole_hand(torch.device(device), folder=folder)
        return cls(
            detector,
            scorer,
            Gate.from_card(cards[0].calibration),
            [*cards, *scorer_cards, *([whole[1]] if whole else [])],
            weights,
            whole[0] if whole else None,
        )

    @property
    def scorer(self) -> JointScorer:
        """The networks that score the joints, with their lock: what `explanation` looks into."""
        return self._scorer

    def read_film(
        self,
        radiograph: Radiograph,
        *,
        slot: Slot | None = None,
        force: bool = False,
        tell: Callable[[str], None] = lambda stage: None,
    ) -> tuple[FilmReading, ...]:
        """Every hand or foot on one film, scored or refused; a film without any gives one refusal.

        `slot` is what the user says the film shows; `force` scores what would be refused, flagged; `tell` is told the
        stage.
        """
        with self._lock:
            tell(f"Finding joints on {radiograph.name}")
            drafts = self._find(radiograph, force)
            tell(f"Scoring joints on {radiograph.name}")
            scores = self._score(drafts)
        if not drafts:
            return (self._nothing(radiograph, force),)
        return tuple(self._reading(draft, score, slot, force) for draft, score in zip(drafts, scores, strict=True))

    def read_films(
        self,
        radiographs: Iterable[Radiograph],
        *,
        slots: Mapping[str, Slot] | None = None,
        force: bool = False,
        tell: Callable[[str], None] = lambda stage: None,
    ) -> Iterator[tuple[FilmReading, ...]]:
        """The films of one patient on one day, one after the other, each as `read_film` reads it.

        No film is held. One that comes twice is read once; a second one of the same limb and side is flagged.
        """
        first_name: dict[str, str] = {}
        taken: set[tuple[Limb, Side]] = set()
        for film in radiographs:
            if film.sha256 in first_name:
                reason = f"This is the same file as {first_name[film.sha256]}; it was read once."
                yield (_refused(film, Refusal.DUPLICATE, reason),)
                continue
            first_name[film.sha256] = film.name
            readings = self.read_film(film, slot=(slots or {}).get(film.sha256), force=force, tell=tell)
            yield tuple(flag_repeat(reading, taken) for reading in readings)

    def read_visit(
        self,
        radiographs: Sequence[Radiograph],
        *,
        patient: str,
        slots: Mapping[str, Slot] | None = None,
        force: bool = False,
        progress: Progress | None = None,
    ) -> VisitReading:
        """The films of one patient on one day, as `read_films` reads them.

        `slots` is keyed by SHA-256. `progress` is told the stage and the share that is done.
        """
        tell = progress or (lambda stage, share: None)
        done: list[tuple[FilmReading, ...]] = []

        def stage(words: str) -> None:
            tell(words, len(done) / len(radiographs))

        for readings in self.read_films(radiographs, slots=slots, force=force, tell=stage):
            done.append(readings)
        tell("Done", 1.0)
        return VisitReading(patient, tuple(reading for readings in done for reading in readings))

    def _find(self, radiograph: Radiograph, force: bool) -> list[_Draft]:
        """The limbs that may be scored, or the likeliest that may not.

        A film light for dark is turned round when the picture says so, and tried turned round when nothing fits as it
        is.
        """
        sight = self._detector.see(np.asarray(radiograph.pixels))
        turned = radiograph.inverted()
        ways = [turned, radiograph] if sight.inverted > self._gate.inverted else [radiograph, turned]
        likeliest: list[_Draft] = []
        for film in ways:
            for look in LOOKS:
                seen = (
                    sight
                    if film is radiograph and look == LOOKS[0]
                    else self._detector.see(np.asarray(film.pixels), look=look)
                )
                judged = self._judged(film, apart(seen.limbs))
                passed = once([(found, verdict) for found, verdict in judged if not verdict.code])
                # Where one limb passes, weaker candidates are markers and shadows, not limbs that are refused.
                chosen = passed or judged[:1]
                if passed or not likeliest:
                    likeliest = [_Draft(film, found, verdict, len(chosen) == 1) for found, verdict in chosen]
                if passed:
                    return [
                        replace(d, found=self._detector.refine(np.asarray(film.pixels), d.found)) for d in likeliest
                    ]
        return likeliest

    def _judged(self, radiograph: Radiograph, seen: Sequence[SeenLimb]) -> list[tuple[FoundLimb, Verdict]]:
        looked = [self._detector.find(np.asarray(radiograph.pixels), limb) for limb in seen]
        return [(found, self._gate.judge(found, radiograph)) for found in looked]

    def _score(self, drafts: Sequence[_Draft]) -> list[dict[Site, SiteScore]]:
        limbs = [
            LimbJoints(
                np.asarray(draft.radiograph.pixels),
                draft.found.limb,
                self._places(draft.found),
                draft.found.pose,
            )
            for draft in drafts
        ]
        return self._scorer.score(limbs) if limbs else []

    def _places(self, found: FoundLimb) -> dict[str, Point]:
        """The joints that may be scored and drawn: clear enough, and not where the film has ended."""
        height = self._gate.joint_height
        return {n: point for n, (point, h) in found.joints.items() if h >= height and n not in found.off_film}

    def _nothing(self, radiograph: Radiograph, force: bool) -> FilmReading:
        return _refused(radiograph, Refusal.NO_LIMB, NOTHING_FOUND)

    def _reading(self, draft: _Draft, scores: Mapping[Site, SiteScore], slot: Slot | None, force: bool) -> FilmReading:
        found, film, verdict = draft.found, draft.radiograph, draft.verdict
        proposal = propose_side(film, found, slot, alone=draft.alone)
        flags = list(proposal.flags) + list(verdict.flags)
        never = verdict.code in (Refusal.HAND_OR_FOOT, Refusal.NO_LIMB)
        refused = bool(verdict.code) and (never or not force)
        if verdict.code and not refused:
            flags.insert(0, Flag(FlagCode.SCORED_ANYWAY, f"Scored although it would be refused: {verdict.reason}"))
        places = self._places(found)
        joints = tuple(
            FoundJoint(
                name,
                round(found.joints[name][0][0], 1),
                round(found.joints[name][0][1], 1),
                round(found.joints[name][1], 3),
            )
            for name in JOINTS[found.limb] + BOX_POINTS[found.limb]
            if name in places
        )
        parts = tuple(
            FoundPart(part, tuple(round(v, 1) for v in found.parts[part][0]), round(found.parts[part][1], 3))  # type: ignore[arg-type]
            for part, inside in PART_JOINTS[found.limb].items()
            if part in found.parts and any(joint in places for joint in inside)
        )
        cells = () if refused else tuple(_cell(s, scores.get(s), s.joint in found.off_film) for s in SITES[found.limb])
        unclear = sum(cell.why_unscored is Unscored.NOT_CLEAR for cell in cells)
        if unclear:
            words = f"{unclear} sites of this film are not clear enough to be scored; they have no points."
            flags.append(
                Flag(
                    FlagCode.SITES_UNSCORED,
                    words if unclear > 1 else words.replace("1 sites", "1 site").replace("are", "is"),
                )
            )
        return FilmReading(
            file=film.name,
            sha256=film.sha256,
            status=FilmStatus.REFUSED if refused else FilmStatus.SCORED,
            code=verdict.code,
            reason=verdict.reason if refused else "",
            width=film.width_px,
            height=film.height_px,
            limb=found.limb,
            side=proposal.side,
            side_source=proposal.source,
            ask_side="" if refused else proposal.question,
            region=None if draft.alone else tuple(round(v, 1) for v in found.region),  # type: ignore[arg-type]
            turned_deg=round(found.pose.up_deg, 1),
            mm_per_px=round(found.pose.mm_per_px, 5),
            parts=parts,
            joints=joints,
            cells=cells,
            flags=tuple(flags),
            notes=film.notes,
            folder=film.folder,
            widths=() if refused else measure_widths(film.pixels, found.pose, places, film.spacing_mm),
        )


def _cell(site: Site, score: SiteScore | None, off_film: bool) -> ScoredCell:
    if score is None:
        return ScoredCell(site, None, None, None, None, Unscored.NOT_ON_FILM if off_film else Unscored.NOT_CLEAR)
    return ScoredCell(site, score.points, round(score.low, 1), round(score.high, 1), round(score.estimate, 2))


def as_read(film: Radiograph, readings: Sequence[FilmReading]) -> Radiograph:
    """The film as the reader saw it: turned round where it found it light for dark."""
    turned = any(str(note) == TURNED_ROUND for reading in readings for note in reading.notes)
    return film.inverted() if turned and TURNED_ROUND not in map(str, film.notes) else film


def _refused(film: Radiograph, code: Refusal, reason: str) -> FilmReading:
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
