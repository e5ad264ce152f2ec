"""From paths to readings: one visit at a time, in one process or on a cluster.

The folder of results survives an interruption.
"""

from core.batch.read import ReadVisits as ReadVisits
from core.batch.read import VisitResult as VisitResult
from core.batch.read import read_each as read_each
from core.batch.read import read_files as read_files
