"""Where a network looks: its own attention, the Grad-CAM family, and whether any of them is better than chance."""

from core.saliency.comparison import agreement_of_maps as agreement_of_maps
from core.saliency.comparison import truth_of_map as truth_of_map
from core.saliency.heatmap import Heatmap as Heatmap
from core.saliency.methods import Explainable as Explainable
from core.saliency.methods import Method as Method
from core.saliency.methods import explain as explain
from core.saliency.methods import explain_all as explain_all
