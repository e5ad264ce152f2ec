"""Joint-space width: the two subchondral lines of a joint on the film, and the distance between them."""

from core.measure.joint_view import MEASURED as MEASURED
from core.measure.width import JointWidth as JointWidth
from core.measure.width import Unmeasured as Unmeasured
from core.measure.width import measure_widths as measure_widths
