"""Many films: labelled films, marked real films, the RA2 table."""

from core.cohort.labelled_film import LabelledFilm as LabelledFilm
