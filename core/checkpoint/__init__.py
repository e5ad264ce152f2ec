"""Weight files and their cards."""

from core.checkpoint.card import WeightCard as WeightCard
from core.checkpoint.card import WeightsError as WeightsError
from core.checkpoint.weight_file import open_weights as open_weights
from core.checkpoint.weight_file import read_card as read_card
from core.checkpoint.weight_file import save_weights as save_weights
from core.checkpoint.weight_file import weights_there as weights_there
from core.checkpoint.weight_file import write_card as write_card
