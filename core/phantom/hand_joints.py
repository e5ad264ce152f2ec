"""The bones of a hand by name: rays, rows, joints with what moves in them, thickness of cortex, widths of gaps."""

from core.phantom.assembly import Joint

RAYS: dict[int, tuple[str, ...]] = {
    1: ("1mc", "thumbprox", "thumbdist"),
    **{k: (f"{k}mc", f"{k}proxph", f"{k}midph", f"{k}distph") for k in range(2, 6)},
}
DISTAL_ROW = ("trapezium", "trapezoid", "capitate", "hamate")
PROXIMAL_ROW = ("scaphoid", "lunate", "triquetrum", "pisiform")
FOREARM = ("radius", "ulna")
ALL_RAYS = tuple(bone for ray in RAYS.values() for bone in ray)
UP = (0.0, -1.0)


def _joints() -> dict[str, Joint]:
    joints: dict[str, Joint] = {}
    for k, ray in RAYS.items():
        names = ("MCP1", "IP1") if k == 1 else (f"MCP{k}", f"PIP{k}", f"DIP{k}")
        for n, name in enumerate(names):
            joints[name] = Joint((ray[n],), (ray[n + 1],), ray[n + 1 :])
    joints |= {
        "CMC1": Joint(("trapezium",), ("1mc",), RAYS[1], 0.5, (0.45, -0.9)),
        "CMC3": Joint(("capitate",), ("3mc",), RAYS[3], 0.5, UP),
        "CMC4": Joint(("hamate",), ("4mc",), RAYS[4], 0.5, UP),
        "CMC5": Joint(("hamate",), ("5mc",), RAYS[5], 0.4, UP),
        "STT": Joint(
            ("scaphoid",), ("trapezium", "trapezoid"), ("trapezium", "trapezoid", *RAYS[1]), 0.5, (0.4, -0.92)
        ),
        "CAPNLUN": Joint(("lunate", "scaphoid"), ("capitate",), (*DISTAL_ROW, *ALL_RAYS), 0.5, UP),
        "RADCAR": Joint(("radius",), ("scaphoid", "lunate"), (*DISTAL_ROW, *PROXIMAL_ROW, *ALL_RAYS), 0.6, UP),
    }
    return joints


JOINTS = _joints()
CORTEX_MM = {
    **{f"{k}mc": 2.1 for k in range(1, 6)},
    **{f"{k}proxph": 1.55 for k in range(2, 6)},
    **{f"{k}midph": 1.15 for k in range(2, 6)},
    **{f"{k}distph": 0.75 for k in range(2, 6)},
    "thumbprox": 1.4, "thumbdist": 0.8, "radius": 2.2, "ulna": 2.0,
    **dict.fromkeys((*DISTAL_ROW, *PROXIMAL_ROW), 0.55),
}  # fmt: skip
GAP_MM = {
    **{f"MCP{k}": 1.75 for k in range(2, 6)}, "MCP1": 1.5, "IP1": 1.2,
    **{f"PIP{k}": 1.25 for k in range(2, 6)}, **{f"DIP{k}": 0.9 for k in range(2, 6)},
    "CMC1": 1.5, "CMC3": 1.3, "CMC4": 1.4, "CMC5": 1.4, "STT": 1.6, "CAPNLUN": 1.8, "RADCAR": 1.6,
}  # fmt: skip
WRIST_ORDER = ("RADCAR", "CAPNLUN", "STT", "CMC1", "CMC3", "CMC4", "CMC5")
SLIP_JOINTS = ("MCP", "PIP")
CARPAL_OF = {"MUL": "trapezium", "NAV": "scaphoid", "LUN": "lunate", "RAD": "radius", "ULN": "ulna"}
# Where the border of a short bone erodes (x towards the thumb, y proximal), and its width in mm: free borders, the
# insertions of ligaments, the waist of the scaphoid, styloid and fovea of the ulna.
EROSION_BORDERS: dict[str, tuple[tuple[tuple[float, float], ...], float]] = {
    "trapezium": (((1, 0.2), (0.8, 0.9), (0.9, -0.5), (-0.7, 0.5), (-0.6, -0.8)), 13.0),
    "scaphoid": (((1, 0.15), (1, 0.6), (-0.4, -0.9), (0.9, -0.5), (-0.9, 0.4)), 14.0),
    "lunate": (((-0.9, -0.5), (0.9, -0.6), (-0.6, 0.8), (0.5, 0.9), (0.1, -1)), 13.0),
    "radius": (((1, -0.1), (-0.9, -0.9), (1, -0.6), (-1, -0.2), (0.2, -1)), 17.0),
    "ulna": (((-1, -0.5), (0.9, -0.5), (-0.9, 0.2), (-0.6, -1), (0.3, -1)), 13.0),
}
