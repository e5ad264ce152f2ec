"""DeepRA as it was built: six networks, each over the whole parts of a limb that its row of Table 2 names."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from core.joint_scoring.crops import PART_OF, part_frames
from core.joint_scoring.network import ScoringNetwork
from core.joint_scoring.scorer import LimbJoints
from core.joint_scoring.table import ROW_BY_NAME, SITE_ROWS
from core.svh import SITES, Site


class PartScorer:
    """The networks by row. `lock` is held while they run.

    Raises: ValueError unless there is one network of its own for every row.
    """

    def __init__(self, networks: Mapping[str, ScoringNetwork], *, device: torch.device) -> None:
        if set(networks) != set(ROW_BY_NAME) or any(n.settings.rows != (row,) for row, n in networks.items()):
            raise ValueError("DeepRA needs one network for each of " + ", ".join(ROW_BY_NAME))
        self.networks = {row: network.eval().to(device) for row, network in networks.items()}
        self.device, self.lock = device, threading.Lock()

    @torch.inference_mode()
    def score(self, limbs: Sequence[LimbJoints]) -> list[dict[Site, float]]:
        """Points of the sites of each limb, unrounded and clipped to 0..maximum; a site whose part has no place is left out."""
        scores: list[dict[Site, float]] = [{} for _ in limbs]
        for row, network in self.networks.items():
            side = network.settings.crop_px
            places: list[tuple[int, list[Site]]] = []
            views = []
            for n, limb in enumerate(limbs):
                mine = [site for site in SITES[limb.limb] if SITE_ROWS[site][0].name == row]
                if not mine:
                    continue
                for part, frame in part_frames(limb.limb, limb.joints, limb.pose, side_px=side).items():
                    sites = [site for site in mine if PART_OF[limb.limb][site.joint] == part]
                    if sites:
                        places.append((n, sites))
                        views.append(frame.take(limb.pixels))
            if not views:
                continue
            crops = torch.from_numpy(np.stack(views))[:, None].to(self.device)
            with self.lock:
                values = network(crops)[row][0][:, :, 0].float().cpu().numpy()
            for value, (n, sites) in zip(values, places, strict=True):
                for site in sites:
                    share = float(np.clip(value[SITE_ROWS[site][1]], 0, 1))
                    scores[n][site] = share * site.maximum
        return scores
