"""The lock pins every package of the app with hashes, the direct ones as `requirements.txt` asks for them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.M)


def pins(path: Path) -> dict[str, str]:
    return {name.lower().replace("_", "-"): version for name, version in PIN.findall(path.read_text())}


def test_the_lock_holds_what_the_app_asks_for() -> None:
    asked, locked = pins(ROOT / "requirements.txt"), pins(ROOT / ".github" / "requirements.lock")
    stale = {name: (version, locked.get(name)) for name, version in asked.items() if locked.get(name) != version}
    assert asked and not stale, "make the lock again: see .github/CONTRIBUTING.md"


def test_every_pin_of_the_lock_has_a_hash() -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / ".github" / "requirements.lock").read_text().strip())
    assert len(blocks) > 50
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
