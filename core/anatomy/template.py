"""The average hand and foot, in mm.

The points are the Procrustes mean of the marked adult films of FracAtlas (CC BY 4.0), drawn for a right limb with
fingers or toes up.
"""

from core.anatomy.parts import Point
from core.svh import Limb

TEMPLATE_MM: dict[Limb, dict[str, Point]] = {
    Limb.HAND: {
        "TIP1": (-71.1, -18.3), "TIP2": (-32.9, -80.2), "TIP3": (-5.3, -91.1), "TIP4": (19.0, -79.1),
        "TIP5": (42.3, -50.2),
        "DIP2": (-33.3, -65.7), "DIP3": (-6.4, -75.2), "DIP4": (18.0, -62.4), "DIP5": (40.0, -35.1),
        "IP1": (-64.3, -1.1), "PIP2": (-32.7, -45.0), "PIP3": (-7.6, -49.2), "PIP4": (15.1, -37.4),
        "PIP5": (35.4, -18.2),
        "MCP1": (-55.4, 25.9), "MCP2": (-29.5, -7.2), "MCP3": (-7.7, -6.4), "MCP4": (10.4, 1.9), "MCP5": (26.8, 11.7),
        "CMC1": (-30.8, 61.8), "CMC3": (-8.1, 57.8), "CMC4": (1.2, 57.6), "CMC5": (8.4, 59.6), "STT": (-19.7, 68.3),
        "CAPNLUN": (-5.9, 78.9), "RADCAR": (-14.1, 85.9), "MC1BASE": (-36.0, 58.7), "MUL": (-23.7, 64.7),
        "NAV": (-17.3, 76.6), "LUN": (-2.0, 82.1), "RAD": (-11.2, 92.1), "ULN": (11.2, 91.5),
    },
    Limb.FOOT: {
        "TIP1": (-41.2, -48.7), "TIP2": (-13.5, -51.6), "TIP3": (5.4, -43.7), "TIP4": (18.9, -34.6),
        "TIP5": (31.2, -22.8),
        "IP1": (-40.4, -27.8), "PIP2": (-14.2, -29.3), "PIP3": (3.4, -24.4), "PIP4": (18.1, -18.3),
        "PIP5": (33.3, -9.9),
        "MTP1": (-34.8, 0.2), "MTP2": (-12.1, -5.5), "MTP3": (2.0, -3.8), "MTP4": (14.8, 0.5), "MTP5": (30.1, 8.6),
        "TMT1": (-20.2, 61.2), "TMT5": (20.2, 71.0),
    },
}  # fmt: skip
