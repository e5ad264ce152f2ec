"""Joint-space width: the two subchondral lines of a joint on the film, their distance, and its change over time."""

from core.measure.change import DETECTABLE_MM as DETECTABLE_MM
from core.measure.change import JointChange as JointChange
from core.measure.change import JointFilm as JointFilm
from core.measure.change import Unregistered as Unregistered
from core.measure.change import measure_change as measure_change
from core.measure.change import registered_pictures as registered_pictures
from core.measure.joint_view import MEASURED as MEASURED
from core.measure.width import JointWidth as JointWidth
from core.measure.width import Unmeasured as Unmeasured
from core.measure.width import measure_widths as measure_widths
