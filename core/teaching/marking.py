"""A student's answers against the truth: exact, within 1, and quadratic weighted kappa."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.agreement.coefficients import quadratic_kappa
from core.svh import Site

LAST = 20  # answers in the running share


@dataclass(frozen=True)
class Answer:
    """Points that were given to a site whose true points are known."""

    site: Site
    given: int
    truth: int

    @property
    def verdict(self) -> str:
        """The difference in words."""
        off = self.given - self.truth
        if off == 0:
            return "Right"
        return f"{abs(off)} too {'high' if off > 0 else 'low'}"


@dataclass(frozen=True)
class Marks:
    """Shares are 0 to 1. `kappa` is None where it cannot be estimated, and `why` says the reason."""

    count: int
    exact: float
    within_1: float
    kappa: float | None
    why: str


def mark(answers: Sequence[Answer]) -> Marks:
    """How well the answers agree with the truth.

    Raises: ValueError without any answer.
    """
    n = len(answers)
    if not n:
        raise ValueError("there are no answers to mark")
    off = [abs(a.given - a.truth) for a in answers]
    given, truth = [a.given for a in answers], [a.truth for a in answers]
    constant = len(set(given)) == 1 and len(set(truth)) == 1
    why = "it needs two answers at least" if n < 2 else "answers and truth do not vary" if constant else ""
    return Marks(
        n,
        sum(d == 0 for d in off) / n,
        sum(d <= 1 for d in off) / n,
        None if why else quadratic_kappa(given, truth),
        why,
    )


def running_exact(answers: Sequence[Answer]) -> list[float]:
    """After every answer, the share of exact ones among the last 20."""
    shares = []
    for end in range(1, len(answers) + 1):
        last = answers[max(0, end - LAST) : end]
        shares.append(sum(a.given == a.truth for a in last) / len(last))
    return shares
