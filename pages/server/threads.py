"""How many cores a film may use on the server: the others are for the pages of everybody else."""

import os

import cv2
import torch


def share_cores() -> int:
    """Give the networks and the picture library half of the cores, at least one; how many that are.

    Threads beyond the free cores wait for each other: on two busy cores two took 2.8 times as long as one.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = max(1, cores // 2)
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    return threads
