"""The model as a reader: it alone joins the networks and decides what may be scored.

It says where each answer comes from.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from core.anatomy.parts import Point
from core.checkpoint import WeightCard
from core.checkpoint.weight_file import FOLDER
from core.detection.detector import LOOKS, Detector
from core.detection.found import FoundLimb
from core.detection.limb_votes import SeenLimb
from core.joint_scoring.scorer import JointScorer, LimbJoints, SiteScore
from core.model_reader.candidates import apart, once
from core.model_reader.codes import Refusal
from core.model_reader.evidence import FilmReading, VisitReading
from core.model_reader.film_reading import Draft, Slot, flag_repeat, limb_reading, refused
from core.model_reader.opening import open_detector, open_scorer
from core.model_reader.quality_check import NOTHING_FOUND, QualityCheck, Verdict
from core.model_reader.whole_hand import open_whole_hand
from core.radiograph.film import Radiograph
from core.svh import Limb, Side, Site
from core.whole_hand import WholeHandScorer

Progress = Callable[[str, float], None]


class ModelReader:
    """Reads films and visits with one set of weights.

    One object may be used by many threads: the networks are locked.
    """

    def __init__(
        self,
        detector: Detector,
        scorer: JointScorer,
        quality: QualityCheck,
        cards: Sequence[WeightCard],
        weights: str,
        whole_hand: WholeHandScorer | None = None,
    ) -> None:
        self._detector, self._scorer, self._quality = detector, scorer, quality
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
            QualityCheck.from_card(cards[0].calibration),
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
        log: Callable[[str], None] = lambda stage: None,
    ) -> tuple[FilmReading, ...]:
        """Every hand or foot on one film, scored or refused; a film without any gives one refusal.

        `slot` is what the user says the film shows; `force` scores what would be refused, flagged; `log` is told the
        stage.
        """
        with self._lock:
            log(f"Finding joints on {radiograph.name}")
            drafts = self._find(radiograph, force)
            log(f"Scoring joints on {radiograph.name}")
            scores = self._score(drafts)
        if not drafts:
            return (refused(radiograph, Refusal.NO_LIMB, NOTHING_FOUND),)
        return tuple(
            limb_reading(draft, self._places(draft.found), score, slot, force)
            for draft, score in zip(drafts, scores, strict=True)
        )

    def read_films(
        self,
        radiographs: Iterable[Radiograph],
        *,
        slots: Mapping[str, Slot] | None = None,
        force: bool = False,
        log: Callable[[str], None] = lambda stage: None,
    ) -> Iterator[tuple[FilmReading, ...]]:
        """The films of one patient on one day, one after the other, each as `read_film` reads it.

        No film is held. One that comes twice is read once; a second one of the same limb and side is flagged.
        """
        first_name: dict[str, str] = {}
        taken: set[tuple[Limb, Side]] = set()
        for film in radiographs:
            if film.sha256 in first_name:
                reason = f"This is the same file as {first_name[film.sha256]}; it was read once."
                yield (refused(film, Refusal.DUPLICATE, reason),)
                continue
            first_name[film.sha256] = film.name
            readings = self.read_film(film, slot=(slots or {}).get(film.sha256), force=force, log=log)
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
        log = progress or (lambda stage, share: None)
        done: list[tuple[FilmReading, ...]] = []

        def stage(words: str) -> None:
            log(words, len(done) / len(radiographs))

        for readings in self.read_films(radiographs, slots=slots, force=force, log=stage):
            done.append(readings)
        log("Done", 1.0)
        return VisitReading(patient, tuple(reading for readings in done for reading in readings))

    def _find(self, radiograph: Radiograph, force: bool) -> list[Draft]:
        """The limbs that may be scored, or the likeliest that may not.

        A film light for dark is turned round when the picture says so, and tried turned round when nothing fits as it
        is.
        """
        sight = self._detector.see(np.asarray(radiograph.pixels))
        turned = radiograph.inverted()
        ways = [turned, radiograph] if sight.inverted > self._quality.inverted else [radiograph, turned]
        likeliest: list[Draft] = []
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
                    likeliest = [Draft(film, found, verdict, len(chosen) == 1) for found, verdict in chosen]
                if passed:
                    return [
                        replace(d, found=self._detector.refine(np.asarray(film.pixels), d.found)) for d in likeliest
                    ]
        return likeliest

    def _judged(self, radiograph: Radiograph, seen: Sequence[SeenLimb]) -> list[tuple[FoundLimb, Verdict]]:
        looked = [self._detector.find(np.asarray(radiograph.pixels), limb) for limb in seen]
        return [(found, self._quality.judge(found, radiograph)) for found in looked]

    def _score(self, drafts: Sequence[Draft]) -> list[dict[Site, SiteScore]]:
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
        height = self._quality.joint_height
        return {n: point for n, (point, h) in found.joints.items() if h >= height and n not in found.off_film}
