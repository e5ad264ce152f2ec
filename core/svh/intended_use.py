"""The line that stands on every page and in every file that is written."""

INTENDED_USE = "For research and teaching. Not a medical device: do not use it to diagnose or to treat."
