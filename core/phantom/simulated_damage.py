"""Damage painted on real films of undamaged joints, as layers in log intensity.

Narrowing lifts everything distal of the gap as a layer, moves it along the bone and adds it to what lies proximal, so
that bones that overlap get brighter as they do on a film; the shaft takes up the stretch. An erosion lowers the
brightness at the border of the bone towards the soft tissue, by a share that falls off inwards. Joints that keep grade
0 often go through the same steps with next to no change, so that the traces of the painter do not tell the grade.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.cohort.labelled_film import LabelledFilm
from core.phantom.damage import Narrowing, narrowing
from core.phantom.joint_place import joint_place, mm_per_px
from core.phantom.simulated_erosion import erode_joint
from core.phantom.simulated_narrowing import narrow_joint, soft_level
from core.svh import Damage, Site


def simulate_damage(rng: np.random.Generator, film: LabelledFilm, grades: Mapping[Site, int]) -> LabelledFilm:
    """The film with damage of the wanted grades at sites that are undamaged on it; other sites keep their grade."""
    out = film.pixels.astype(np.float32).copy()
    mask = np.zeros(out.shape, np.uint8)
    soft = soft_level(out, 1 / mm_per_px(film))
    truth, gaps = dict(film.grades), {}
    for site, grade in grades.items():
        if site.damage is not Damage.JSN or film.grades.get(site) != 0 or site.joint not in film.points:
            continue
        if grade == 0 and rng.random() < 0.4:
            continue  # the other zeros get the painter's traces without damage
        loss = narrowing(rng, grade, may_slip=site.joint[:3] in ("MCP", "PIP", "MTP"))
        if grade == 0:
            loss = Narrowing(float(rng.normal(1.0, 0.05)), rng.normal(0, 0.4))
        gaps[site.joint] = narrow_joint(rng, out, soft, mask, joint_place(film, site.joint), loss)
        truth[site] = grade
    for site, grade in grades.items():
        if site.damage is Damage.EROSION and grade and film.grades.get(site) == 0 and site.joint in film.points:
            erode_joint(rng, film, out, mask, site.joint, grade)
            truth[site] = grade
    return replace(
        film, pixels=out, grades=truth, damage_mask=mask, gap_mm=gaps, source=f"{film.source} with simulated damage"
    )
