"""Scores of a study as a table for reading."""

from collections.abc import Sequence

import pandas as pd

from core.agreement import Study
from core.agreement.study_score import StudyScore, described


def scores_frame(study: Study, scores: Sequence[StudyScore]) -> pd.DataFrame:
    """Mean, SD, median and quartiles by score, group and visit, rounded for reading."""
    rows = [
        {
            key[0].upper() + key[1:]: round(value, 2) if isinstance(value, float) else value
            for key, value in row.items()
            if key != "imputed" or any(score.filled.any() for score in scores)
        }
        for row in described(study, scores)
    ]
    return pd.DataFrame(rows)
