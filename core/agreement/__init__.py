"""How well readings agree: readings or arrays of scores in, numbers with intervals out."""

from core.agreement.adjudication import Adjudication as Adjudication
from core.agreement.adjudication import adjudication as adjudication
from core.agreement.compare import compare as compare
from core.agreement.comparison import Comparison as Comparison
from core.agreement.comparison import Estimate as Estimate
from core.agreement.completeness import ALL_CELLS as ALL_CELLS
from core.agreement.completeness import Completeness as Completeness
from core.agreement.disagreements import disagreements as disagreements
from core.agreement.pairing import paired as paired
from core.agreement.results import all_comparisons as all_comparisons
from core.agreement.results import results_csv as results_csv
from core.agreement.results import results_json as results_json
from core.agreement.sections import SECTIONS as SECTIONS
from core.agreement.sections import Section as Section
from core.agreement.study import Study as Study
from core.agreement.study import study_of as study_of
from core.agreement.visits import UnknownVisitOrder as UnknownVisitOrder
