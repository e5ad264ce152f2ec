"""Files that came at once are one case, or a case a patient and day."""

from core.radiograph import case_visits, one_visit
from core.radiograph.identity import NOBODY, Identity
from tests.core.radiograph.test_visits import ONE, entries


def test_a_case_takes_the_visit_with_the_most_files_and_names_the_others() -> None:
    other = Identity("q", "t", "d")
    mixed = entries(("x/IM1", other), ("x/IM2", ONE), ("x/IM3", ONE), ("y/P1-LH.png", NOBODY))
    kept, said = one_visit(mixed)
    assert kept == mixed[1:] and said[-1].startswith(
        "A case is one patient on one day: it holds 3 files of x (2); 1 of x "
    )
    first, second = case_visits(mixed)[0]
    assert list(first.entries) == kept and list(second.entries) == mixed[:1]
    assert one_visit(mixed[1:]) == (mixed[1:], []) and len(case_visits(mixed[1:])[0]) == 1
    assert case_visits([]) == ([], [])
