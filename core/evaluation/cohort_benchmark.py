"""`python -m core benchmark cohort`.

Films a second and memory of `score` by number of films and of workers, all from one run.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copyfile
from typing import Any

import psutil

from core.batch.journal import NAME
from core.phantom.writing import write_cohort

ROOT = Path(__file__).parents[2]
_PATIENTS, _A_VISIT = 10, 4
_LOOK_EVERY_S = 0.2


def cohort_benchmark(
    *,
    films: Sequence[int] = (40, 400),
    workers: Sequence[int] = (1, 2),
    weights: str = "compact",
    overlays: str = "all",
    tell: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """Score cohorts of so many phantom films with so many workers, each in a process of its own, and tell a table.

    Films are those of ten patients, repeated under other names. The speed is that between the first and the last
    finished visit; memory is the highest resident size of the largest process, its guarded child not counted.
    """
    rows: list[dict[str, Any]] = []
    tell("| films | workers | seconds | films/s | share of the ideal | largest process, MB | main process, MB |")
    tell("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "phantoms"
        write_cohort(made, _PATIENTS, 0, tell=lambda line: None)
        for count in films:
            source = _repeated(made, Path(folder) / f"films{count}", count)
            for number in workers:
                out = Path(folder) / f"out{count}_{number}"
                command = ["score", str(source), "--out", str(out), "--weights", weights, "--overlays", overlays]
                row = {"films": count, "workers": number} | _measured([*command, "--workers", str(number)], out)
                one = next((r["films_s"] for r in rows if r["films"] == count and r["workers"] == 1), row["films_s"])
                row["share"] = round(row["films_s"] / (one * number), 2) if one else 0.0
                rows.append(row)
                tell(
                    f"| {count} | {number} | {row['seconds']} | {row['films_s']} | {row['share']} | {row['largest_mb']}"
                    f" | {row['main_mb']} |"
                )
    return rows


def _repeated(made: Path, folder: Path, count: int) -> Path:
    """The films of `made` as so many films, each visit of four in a folder of its own."""
    found = sorted(path for path in made.rglob("*") if path.suffix in (".png", ".jpg", ".dcm"))
    for number in range(count):
        film = found[number % len(found)]
        visit = folder / f"V{number // _A_VISIT:05d}"
        visit.mkdir(parents=True, exist_ok=True)
        copyfile(film, visit / f"V{number // _A_VISIT:05d}-{film.stem.rpartition('-')[2]}{film.suffix}")
    return folder


def _measured(arguments: Sequence[str], out: Path) -> dict[str, Any]:
    """Run the command line with one thread a process; seconds, films a second in the steady state, and memory.

    Raises: RuntimeError if the run fails.
    """
    began = time.monotonic()
    process = psutil.Popen(
        [sys.executable, "-m", "core", *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**psutil.Process().environ(), "OMP_NUM_THREADS": "1"},
    )
    main = largest = 0
    finished: list[tuple[float, int]] = []
    while process.poll() is None:
        try:
            main = max(main, process.memory_info().rss)
            family = [
                process,
                *(c for c in process.children(recursive=True) if "guard_worker" not in " ".join(c.cmdline())),
            ]
            largest = max(largest, *(one.memory_info().rss for one in family))
        except psutil.Error:
            continue  # one of them has just ended
        lines = (out / NAME).read_bytes().count(b"\n") if (out / NAME).exists() else 0
        if lines and (not finished or finished[-1][1] != lines):
            finished.append((time.monotonic(), lines))
        time.sleep(_LOOK_EVERY_S)
    if process.returncode:
        raise RuntimeError(f"score ended with code {process.returncode}")
    (first, early), (last, late) = (finished or [(began, 0)])[0], (finished or [(began, 0)])[-1]
    speed = _A_VISIT * (late - early) / (last - first) if last > first else 0.0
    return {
        "seconds": round(time.monotonic() - began, 1),
        "films_s": round(speed, 2),
        "largest_mb": round(largest / 2**20),
        "main_mb": round(main / 2**20),
    }
