"""Names for the files that are written beside a report."""

import re


class NewNames:
    """File names that are safe to write and never used twice."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def new(self, name: str, ending: str) -> str:
        """The name without what a file system may not take, with `ending`; numbered where it was given before."""
        stem = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._") or "film"
        stem = re.sub(r"\.(png|jpe?g|tiff?|dcm)$", "", stem, flags=re.IGNORECASE)
        number, chosen = 2, stem + ending
        while chosen.lower() in self._used:
            chosen, number = f"{stem}-{number}{ending}", number + 1
        self._used.add(chosen.lower())
        return chosen
