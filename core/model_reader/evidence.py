"""What the model reader found and gave.

A film's reading and a visit's, with everything that hangs beside the points.
"""

from dataclasses import dataclass, replace

from core.anatomy.parts import Box
from core.measure import JointWidth
from core.model_reader.codes import ABOUT_THE_SIDE, FilmStatus, Flag, Refusal, Unscored
from core.radiograph.film import FilmNote
from core.svh import SITES, Cell, Damage, Limb, Reading, Side, Site, Total, TotalKind, totals_of


@dataclass(frozen=True)
class FoundPart:
    """A part (thumb, finger1 .. wrist) in pixels of the film as stored, with the detector's confidence in [0, 1]."""

    name: str
    box: Box
    confidence: float


@dataclass(frozen=True)
class FoundJoint:
    """The centre of a joint in pixels of the film as stored, with the height of its heat peak in [0, 1]."""

    name: str
    x: float
    y: float
    confidence: float


@dataclass(frozen=True)
class ScoredCell:
    """One site of one film.

    `points` whole, None when not scorable; `low` and `high` the 90 % interval and `estimate` the unrounded value, in
    points, None when the model could not look. `unscored` says why the model gave no points; it is None where a person
    said so.
    """

    site: Site
    points: int | None
    low: float | None
    high: float | None
    estimate: float | None
    unscored: Unscored | None = Unscored.NOT_CLEAR

    @property
    def why_unscored(self) -> Unscored | None:
        """The model's reason for giving no points; None where there are points, or where a person took them away."""
        return self.unscored if self.points is None else None

    @property
    def scorable(self) -> bool:
        """Whether the site has points."""
        return self.points is not None


@dataclass(frozen=True)
class FilmReading:
    """One limb on one film, scored, or refused with a code and a reason.

    `region` is the limb's own box where a film shows two, else None. `side_source` says where the side comes from;
    `ask_side` is a question for the user where sources disagree. `flags` say what makes the result doubtful, `notes`
    how the film was read and what its file says; `folder` is where it lay; `widths` holds the joint spaces of a scored
    film. A film that was scored although it would have been refused keeps the code of the refusal.
    """

    file: str
    sha256: str
    status: FilmStatus
    code: Refusal | None
    reason: str
    width: int
    height: int
    limb: Limb | None = None
    side: Side | None = None
    side_source: str = ""
    ask_side: str = ""
    region: Box | None = None
    turned_deg: float = 0.0
    mm_per_px: float | None = None
    parts: tuple[FoundPart, ...] = ()
    joints: tuple[FoundJoint, ...] = ()
    cells: tuple[ScoredCell, ...] = ()
    flags: tuple[Flag, ...] = ()
    notes: tuple[FilmNote, ...] = ()
    folder: str = ""
    widths: tuple[JointWidth, ...] = ()

    def joint_space(self, joint: str) -> JointWidth | None:
        """The joint space of a joint, None where it is not one that is measured."""
        return next((width for width in self.widths if width.joint == joint), None)

    @property
    def scored(self) -> bool:
        """Whether the film has scores."""
        return self.status is FilmStatus.SCORED

    @property
    def side_open(self) -> bool:
        """Whether a person still has to say the side: no source, only the anatomy, or sources that disagree."""
        return self.scored and (self.side is None or bool(self.ask_side) or self.side_source == "anatomy")

    @property
    def side_words(self) -> str:
        """`side not confirmed` where a person still has to say it; else empty."""
        return "side not confirmed" if self.side_open else ""

    def points(self, damage: Damage | None = None) -> int | None:
        """Sum of the points of the film, or of a kind; None where no such site has points."""
        found = [c.points for c in self.cells if c.points is not None and damage in (None, c.site.damage)]
        return sum(found) if found else None

    @property
    def erosion(self) -> int | None:
        """Sum of the erosion points."""
        return self.points(Damage.EROSION)

    @property
    def jsn(self) -> int | None:
        """Sum of the narrowing points."""
        return self.points(Damage.JSN)

    @property
    def missing(self) -> tuple[str, ...]:
        """RA2 suffixes of the sites of this limb without points."""
        if self.limb is None:
            return ()
        have = {c.site for c in self.cells if c.scorable}
        return tuple(site.suffix for site in SITES[self.limb] if site not in have)

    def on_side(self, side: Side) -> "FilmReading":
        """The same film with the side that the user chose, which settles doubts about it.

        The points do not depend on it.
        """
        flags = tuple(flag for flag in self.flags if flag.code not in ABOUT_THE_SIDE)
        return replace(self, side=side, side_source="user", ask_side="", flags=flags)


@dataclass(frozen=True)
class VisitReading:
    """The films of one patient on one day."""

    patient: str
    films: tuple[FilmReading, ...]

    @property
    def counted(self) -> tuple[FilmReading, ...]:
        """The films that enter the totals: scored, side known, the first one of each limb and side."""
        chosen: dict[tuple[Limb, Side], FilmReading] = {}
        for film in self.films:
            if film.scored and film.limb and film.side:
                chosen.setdefault((film.limb, film.side), film)
        return tuple(chosen.values())

    @property
    def cells(self) -> dict[Cell, ScoredCell]:
        """The cells of the counted films, by side and site."""
        return {(film.side, cell.site): cell for film in self.counted if film.side for cell in film.cells}

    @property
    def reading(self) -> Reading:
        """The points of the counted films as a Reading."""
        return Reading({cell: scored.points for cell, scored in self.cells.items()})

    @property
    def totals(self) -> dict[TotalKind, Total]:
        """The totals over the counted films, with the interval of each."""
        return totals_of(self.cells)
