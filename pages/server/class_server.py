"""`python app.py --class`: the app for the local network, under the address of this machine."""

import json
import subprocess
import sys
from pathlib import Path

from pages.widgets.teaching.class_link import lan_address

ROOT = Path(__file__).parents[2]


def class_command(own: str) -> list[str]:
    """The command that serves the local network: every address of this machine, under its own names alone."""
    names = json.dumps([own, "localhost", "127.0.0.1"])
    run = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    return [*run, "--server.address", "0.0.0.0", "--server.allowedHosts", names, "--server.headless", "true"]


def serve_class() -> None:
    """Run the app for the local network until it is interrupted."""
    own = lan_address()
    print(f"Teachers and students open http://{own}:8501/teaching. Everybody in this network reaches this app.")
    try:
        subprocess.run(class_command(own), check=False, cwd=ROOT)
    except KeyboardInterrupt:
        print("Ended.")
