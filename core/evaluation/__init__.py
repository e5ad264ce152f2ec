"""Figures of the default weights, each printed by a command."""

from core.evaluation.benchmark import benchmark as benchmark
from core.evaluation.study import evaluate as evaluate
