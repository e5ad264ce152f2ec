"""The session's case: its films, what the model gave, what the person changed, and the way back and forth."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from core.model_reader.changes import CaseFilm, Changes
from core.model_reader.evidence import FilmReading, ScoredCell, VisitReading
from core.model_reader.placed import Placed, with_placed
from core.model_reader.review import CaseStatus, Review, digest_of
from core.radiograph import FileLabels, display_text
from core.svh import SITES, Damage, Side, Site, check_points

UNNAMED = "unnamed"  # the patient until the person types a study ID: file names and DICOM attributes name nobody


@dataclass
class Case:
    """The films of one visit with the changes of one person. `core.store.Cases` keeps it; a sample is kept nowhere."""

    patient: str
    films: list[CaseFilm] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # files that are no films, a line each, where there are many
    sample: bool = False
    visit_name: str = ""  # `month 6`
    visit_date: date | None = None
    reader: str = ""
    labels: FileLabels = field(default_factory=FileLabels)  # what the files say; shown only to who asks, never kept
    reviews: dict[str, Review] = field(default_factory=dict)  # by film, and of the whole case under ""
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    kept: Mapping[str, object] = field(default_factory=dict)  # what the store holds of it, for `core.store.Cases`
    kept_at: int = 0
    drawn: int = 0  # counts what else than its fields changed the labels: they are drawn anew
    weights: str = ""  # the set that scored its films; empty is the default set
    changes: Changes = field(default_factory=Changes)
    past: list[Changes] = field(default_factory=list)
    future: list[Changes] = field(default_factory=list)
    # Counts every change. Controls carry it, and what comes from a control of an older count is passed over: the
    # browser sends the values of controls that are being replaced once more, which would undo an undo.
    revision: int = 0
    film_key: str = ""
    joint: str = ""
    damage: Damage = Damage.JSN

    def film(self, key: str) -> CaseFilm:
        """The film with this key.

        Raises: KeyError if there is none.
        """
        for film in self.films:
            if film.key == key:
                return film
        raise KeyError(key)

    @property
    def title(self) -> str:
        """`UAB-017 · month 6 · 2026-03-02`."""
        day = self.visit_date.isoformat() if self.visit_date else ""
        return " \N{MIDDLE DOT} ".join(filter(None, (self.patient, self.visit_name, day)))

    @property
    def status(self) -> CaseStatus:
        """New without a score, reviewed while the signature of the whole case holds, else scored."""
        if not self.visit().counted:
            return CaseStatus.NEW
        return CaseStatus.REVIEWED if self.review() else CaseStatus.SCORED

    def state_of(self, key: str = "") -> str:
        """The digest of what a signature of a film, or with "" of the whole case, stands for."""
        if key:
            reading = self.edited(self.film(key))
            return digest_of([reading] if reading else [])
        return digest_of(self.visit().films, self.title)

    def review(self, key: str = "") -> Review | None:
        """The signature of a film, or with "" of the whole case, while nothing was changed since."""
        signed = self.reviews.get(key)
        return signed if signed and signed.state == self.state_of(key) else None

    def sign(self, name: str, on: date, key: str = "") -> None:
        """Sign a film, or with "" the whole case and each of its films.

        Raises: ValueError, in words, without a name, without a score, or where a side is not confirmed.
        """
        name = display_text(name)
        mine = [film for film in self.films if film.key not in self.changes.dropped]
        readings = [(film.key, self.edited(film)) for film in mine if key in ("", film.key)]
        scored = [(each, reading) for each, reading in readings if reading and reading.scored]
        if not name:
            raise ValueError("Type the name of the reader who signs.")
        if not scored:
            raise ValueError("There is no score to sign.")
        if any(reading.side_open for _, reading in scored):
            raise ValueError("Confirm the side of every film before you sign.")
        for each in ([""] if not key else []) + [each for each, _ in scored]:
            if not self.review(each):
                self.reviews[each] = Review(name, on, self.state_of(each))

    @property
    def shown(self) -> CaseFilm | None:
        """The film in the viewer: the chosen one, or else the first."""
        chosen = [film for film in self.films if film.key == self.film_key] or self.films
        return chosen[0] if chosen else None

    def model(self, film: CaseFilm) -> FilmReading | None:
        """What the model gave, with joints where the person put them."""
        mine = {joint: placed for (key, joint), placed in self.changes.placed.items() if key == film.key}
        return with_placed(film.found, mine) if film.found else None

    def edited(self, film: CaseFilm) -> FilmReading | None:
        """The film's reading with the person's changes. A changed site has no interval: it is no longer the model's."""
        found = self.model(film)
        if found is None:
            return None
        if film.key in self.changes.sides:
            found = found.on_side(self.changes.sides[film.key])
        mine = {site: value for (key, site), value in self.changes.points.items() if key == film.key}
        if not mine:
            return found
        cells = [
            ScoredCell(cell.site, mine[cell.site], None, None, None, unscored=None) if cell.site in mine else cell
            for cell in found.cells
        ]
        have = {cell.site for cell in cells}
        cells += [
            ScoredCell(site, value, None, None, None, unscored=None) for site, value in mine.items() if site not in have
        ]
        return replace(found, cells=tuple(cells))

    def visit(self) -> VisitReading:
        """All scored or refused films with the person's changes."""
        readings = [self.edited(film) for film in self.films if film.key not in self.changes.dropped]
        return VisitReading(self.patient, tuple(reading for reading in readings if reading))

    def counted_keys(self) -> set[str]:
        """Keys of the films that enter the totals."""
        counted = self.visit().counted
        return {film.key for film in self.films if any(self.edited(film) == reading for reading in counted)}

    def model_points(self, key: str, site: Site) -> int | None:
        """What the model gave, None where it gave nothing."""
        found = self.model(self.film(key))
        return next((cell.points for cell in found.cells if cell.site == site), None) if found else None

    def is_edited(self, key: str, site: Site) -> bool:
        """Whether a person changed this site."""
        return (key, site) in self.changes.points

    def set_points(self, key: str, site: Site, value: int | None) -> None:
        """Give points to a site, or None for not scorable; the model's own value takes the change away.

        Raises: ValueError for points outside the site's range, or a site that the film's limb does not have.
        """
        check_points(site, value)
        found = self.film(key).found
        if found is None or found.limb is None or site not in SITES[found.limb]:
            raise ValueError(f"the film has no site {site.suffix}")
        points = dict(self.changes.points)
        if value == self.model_points(key, site):
            points.pop((key, site), None)
        else:
            points[key, site] = value
        self._step(replace(self.changes, points=points))

    def back_to_model(self, key: str, site: Site) -> None:
        """Take the change of one site away."""
        self._step(
            replace(self.changes, points={k: v for k, v in self.changes.points.items() if k != (key, site)}),
        )

    def set_side(self, key: str, side: Side) -> None:
        """Say which side of the patient a film shows.

        Of two hands, or two feet, on one film the other one is the other side.
        """
        film = self.film(key)
        sides = {**self.changes.sides, key: side}
        pair = [other for other in self.films if other.radiograph.sha256 == film.radiograph.sha256]
        limbs = {other.found.limb if other.found else None for other in pair}
        if len(pair) == 2 and len(limbs) == 1:
            sides |= {other.key: Side.L if side is Side.R else Side.R for other in pair if other.key != key}
        self._step(replace(self.changes, sides=sides))

    def place(self, key: str, joint: str, placed: Placed) -> None:
        """Put a joint of a film at another place, or one that was not found at its place; points of a person stay."""
        rest = {k: v for k, v in self.changes.placed.items() if k != (key, joint)}
        self._step(replace(self.changes, placed={**rest, (key, joint): placed}))

    def leave_out(self, key: str, out: bool) -> None:
        """Leave a limb out that is none, or take it in again."""
        dropped = self.changes.dropped | {key} if out else self.changes.dropped - {key}
        self._step(replace(self.changes, dropped=dropped))

    @property
    def open_sides(self) -> list[CaseFilm]:
        """The films whose side a person still has to say."""
        mine = [film for film in self.films if film.key not in self.changes.dropped]
        return [film for film in mine if (reading := self.edited(film)) is not None and reading.side_open]

    def _step(self, after: Changes) -> None:
        if after == self.changes:
            return
        self.past.append(self.changes)
        self.future.clear()
        self._put(after)

    def _put(self, changes: Changes) -> None:
        self.changes = changes
        self.revision += 1

    def undo(self) -> None:
        """One step back; nothing when there is none."""
        if self.past:
            self.future.append(self.changes)
            self._put(self.past.pop())

    def redo(self) -> None:
        """One step forth; nothing when there is none."""
        if self.future:
            self.past.append(self.changes)
            self._put(self.future.pop())

    def replace_film(self, key: str, films: list[CaseFilm]) -> None:
        """Put a new reading of a film in (scored anyway, or as another limb); changes of that film end."""
        digest = self.film(key).radiograph.sha256
        place = [film.radiograph.sha256 for film in self.films].index(digest)
        rest = [film for film in self.films if film.radiograph.sha256 != digest]
        self.films = [*rest[:place], *films, *rest[place:]]
        self.film_key, self.joint = films[0].key, ""
        # Steps taken on the old reading make no sense on the new one.
        self.past.clear()
        self.future.clear()
        kept = {film.key for film in rest}
        self._put(self.changes.only(kept))
