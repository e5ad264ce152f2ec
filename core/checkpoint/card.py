"""The card beside every weight file: what the network is, what it was trained on, what was measured."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class WeightsError(Exception):
    """A weight file cannot be used. `code` is stable, the text says what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class WeightCard(BaseModel):
    """Everything needed to rebuild a network and to judge it.

    `settings` are the fields of the network's settings dataclass; `calibration` holds numbers fitted on validation data
    after training; `results` only what an evaluation command printed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    architecture: str
    settings: dict[str, Any]
    input_px: tuple[int, int] = Field(description="width and height of the view the network is given")
    trained_on: str
    training: dict[str, Any]
    code_revision: str
    sha256: str
    calibration: dict[str, Any] = Field(default_factory=dict)
    results: dict[str, Any] = Field(default_factory=dict)
    intended_use: str = "Research and teaching. Not a medical device. Trained without a clinic: see trained_on."
