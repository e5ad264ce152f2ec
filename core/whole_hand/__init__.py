"""The overall score of both hands off one picture."""

from core.whole_hand.network import ARCHITECTURES as ARCHITECTURES
from core.whole_hand.network import WholeHandNetwork as WholeHandNetwork
from core.whole_hand.network import WholeHandSettings as WholeHandSettings
from core.whole_hand.scorer import TotalCalibration as TotalCalibration
from core.whole_hand.scorer import TotalScore as TotalScore
from core.whole_hand.scorer import WholeHandScorer as WholeHandScorer
