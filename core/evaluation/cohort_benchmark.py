"""`python -m core benchmark cohort`.

Films a second and memory of `score` by number of films and of workers, and what a film costs beside its networks, all
from one run.
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
import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from core.batch.journal import NAME
from core.model_reader import ModelReader
from core.phantom.writing import write_cohort
from core.radiograph import expand

ROOT = Path(__file__).parents[2]
_PATIENTS, _A_VISIT = 10, 4
_LOOK_EVERY_S = 0.2


def cohort_benchmark(
    *,
    films: Sequence[int] = (40, 400),
    workers: Sequence[int] = (1, 2),
    weights: str = "compact",
    overlays: str = "all",
    log: Callable[[str], None] = print,
) -> list[dict[str, Any]]:
    """Score cohorts of so many phantom films with so many workers, each in a process of its own, and tell a table.

    Films are those of ten patients, repeated under other names. The speed is that between the first and the last
    finished visit; memory is the highest resident size of the largest process, its guarded child not counted. The cost
    of a film is in seconds of processor time, which other work on the machine does not change: of the command line with
    one worker and its guarded child, of `ModelReader.read_film`, and of the networks in it.
    """
    rows: list[dict[str, Any]] = []
    log("| films | workers | seconds | films/s | share of the ideal | largest process, MB | main process, MB |")
    log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "phantoms"
        write_cohort(made, _PATIENTS, 0, log=lambda line: None)
        for count in films:
            source = _repeated(made, Path(folder) / f"films{count}", count)
            for number in workers:
                out = Path(folder) / f"out{count}_{number}"
                command = ["score", str(source), "--out", str(out), "--weights", weights, "--overlays", overlays]
                row = {"films": count, "workers": number} | _measured([*command, "--workers", str(number)], out)
                one = next((r["films_s"] for r in rows if r["films"] == count and r["workers"] == 1), row["films_s"])
                row["share"] = round(row["films_s"] / (one * number), 2) if one else 0.0
                rows.append(row)
                log(
                    f"| {count} | {number} | {row['seconds']} | {row['films_s']} | {row['share']} | {row['largest_mb']}"
                    f" | {row['main_mb']} |"
                )
        one = [row for row in rows if row["workers"] == 1 and row["cpu_s"]]
        if one:
            log("")
            log(_cost(one[-1]["cpu_s"], *reading_cost(made, weights)))
    return rows


def _cost(line: float, reading: float, networks: float) -> str:
    return (
        f"Processor time of a film: command line {line:.3f} s, reading {reading:.3f} s, the networks in it"
        f" {networks:.3f} s: the command line takes {line / networks:.2f} times its networks and"
        f" {line / reading:.2f} times its reading."
    )


def reading_cost(folder: Path, weights: str) -> tuple[float, float]:
    """Seconds of processor time, a film, of reading and of the networks in it, with one thread.

    Raises: WeightsError if the weights cannot be used.
    """
    before, spent, depth, began = torch.get_num_threads(), 0.0, 0, 0.0

    def enter(module: nn.Module, given: object) -> None:
        nonlocal depth, began
        if depth == 0:
            began = time.process_time()
        depth += 1

    def leave(module: nn.Module, given: object, answer: object) -> None:
        nonlocal depth, spent
        depth -= 1
        if depth == 0:
            spent += time.process_time() - began

    reader = ModelReader.open(weights, "cpu")
    films = [entry.open() for entry in expand([folder])[0]]
    torch.set_num_threads(1)
    hooks = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave, always_call=True)]
    try:
        reader.read_film(films[0])
        spent = 0.0
        start = time.process_time()
        for film in films:
            reader.read_film(film)
        return (time.process_time() - start) / len(films), spent / len(films)
    finally:
        for hook in hooks:
            hook.remove()
        torch.set_num_threads(before)


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
    finished: list[tuple[float, int, float]] = []
    while process.poll() is None:
        try:
            main = max(main, process.memory_info().rss)
            family = [process, *process.children(recursive=True)]
            guarded = [one for one in family if "guard_worker" in " ".join(one.cmdline())]
            largest = max(largest, *(one.memory_info().rss for one in family if one not in guarded))
            spent = sum(sum(one.cpu_times()[:2]) for one in family)
        except psutil.Error:
            continue  # one of them has just ended
        lines = (out / NAME).read_bytes().count(b"\n") if (out / NAME).exists() else 0
        if lines and (not finished or finished[-1][1] != lines):
            finished.append((time.monotonic(), lines, spent))
        time.sleep(_LOOK_EVERY_S)
    if process.returncode:
        raise RuntimeError(f"score ended with code {process.returncode}")
    (first, early, cpu), (last, late, most) = (finished or [(began, 0, 0.0)])[0], (finished or [(began, 0, 0.0)])[-1]
    films = _A_VISIT * (late - early)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "films_s": round(films / (last - first), 2) if films else 0.0,
        "cpu_s": round((most - cpu) / films, 3) if films else 0.0,
        "largest_mb": round(largest / 2**20),
        "main_mb": round(main / 2**20),
    }
