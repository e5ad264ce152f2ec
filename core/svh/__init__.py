"""The Sharp/van der Heijde method: sites, maxima, readings, totals."""

from core.svh.grades import EROSION_GRADES as EROSION_GRADES
from core.svh.grades import FOOT_EROSION_RULE as FOOT_EROSION_RULE
from core.svh.grades import JSN_GRADES as JSN_GRADES
from core.svh.grades import grade_words as grade_words
from core.svh.intended_use import INTENDED_USE as INTENDED_USE
from core.svh.reading import Cell as Cell
from core.svh.reading import Reading as Reading
from core.svh.reading import check_points as check_points
from core.svh.sites import FOOT_EROSION as FOOT_EROSION
from core.svh.sites import FOOT_JSN as FOOT_JSN
from core.svh.sites import HAND_EROSION as HAND_EROSION
from core.svh.sites import HAND_JSN as HAND_JSN
from core.svh.sites import SITE_BY_SUFFIX as SITE_BY_SUFFIX
from core.svh.sites import SITES as SITES
from core.svh.sites import Damage as Damage
from core.svh.sites import Limb as Limb
from core.svh.sites import Side as Side
from core.svh.sites import Site as Site
from core.svh.totals import Total as Total
from core.svh.totals import TotalKind as TotalKind
from core.svh.totals import points_words as points_words
from core.svh.totals import total_of as total_of
from core.svh.totals import totals_of as totals_of
