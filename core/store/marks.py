"""What a reader writes into one cell: points, the two sides of a foot joint, or not scorable with a reason."""

from dataclasses import dataclass

from core.svh import Damage, Limb, Site, check_points

NOT_SCORABLE = "NS"  # as in the RA2 table
NOT_SCORABLE_REASONS = (
    "not on the film",
    "overlap or position",
    "exposure",
    "surgery or prosthesis",
    "other disease or fracture",
)
SIDE_MAXIMUM = 5  # points of one side of a foot joint


@dataclass(frozen=True)
class Mark:
    """One cell as read. `points` None is not scorable, then `reason` is one of `NOT_SCORABLE_REASONS` or empty.

    `sides` holds the erosion of the metatarsal (of the proximal phalanx at the big toe's IP) and of the distal bone,
    0-5 each, where a reader gave both; `points` is their sum.
    """

    points: int | None
    sides: tuple[int, int] | None = None
    reason: str = ""

    def checked(self, site: Site) -> "Mark":
        """The mark itself when it fits the site.

        Raises: ValueError for points beyond the site, sides that it does not have or that do not sum up, unknown
        reasons.
        """
        check_points(site, self.points)
        if self.sides is not None:
            if site.limb is not Limb.FOOT or site.damage is not Damage.EROSION:
                raise ValueError(f"{site.suffix} is not read by sides")
            if any(isinstance(s, bool) or s not in range(SIDE_MAXIMUM + 1) for s in self.sides):
                raise ValueError(f"each side of {site.suffix} takes 0 to {SIDE_MAXIMUM}, not {self.sides}")
            if sum(self.sides) != self.points:
                raise ValueError(f"the sides of {site.suffix} sum to {sum(self.sides)}, not {self.points}")
        if self.reason and (self.points is not None or self.reason not in NOT_SCORABLE_REASONS):
            raise ValueError(f"{site.suffix}: {self.reason!r} is no reason for not scorable")
        return self

    @property
    def text(self) -> str:
        """`4`, `3+2` for a foot joint read by sides, `NS` or `NS: exposure`."""
        if self.points is None:
            return f"{NOT_SCORABLE}: {self.reason}" if self.reason else NOT_SCORABLE
        return f"{self.sides[0]}+{self.sides[1]}" if self.sides else str(self.points)

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """The mark of a text.

        Raises: ValueError if the text is no mark.
        """
        head, _, reason = text.partition(": ")
        if head == NOT_SCORABLE:
            return cls(None, None, reason)
        numbers = [int(part) for part in text.split("+")]
        if len(numbers) > 2:
            raise ValueError(f"{text!r} is no mark")
        return cls(sum(numbers), (numbers[0], numbers[1]) if len(numbers) == 2 else None)


@dataclass(frozen=True)
class MarkedCell:
    """A cell's two values: `first` as given before the model was shown, `final` as it stands; None is unread."""

    first: Mark | None
    final: Mark | None

    @classmethod
    def parse(cls, first: str | None, final: str) -> "MarkedCell":
        """The values of the texts that the store keeps; empty is unread.

        Raises: ValueError if a text is no mark.
        """
        return cls(Mark.parse(first) if first else None, Mark.parse(final) if final else None)
