"""Cases that last: kept as files of one browser or person, reopened, deleted with a reason."""

from core.cases.cases import DRAFT_DAYS as DRAFT_DAYS
from core.cases.cases import Cases as Cases
from core.cases.cases import ListedCase as ListedCase
from core.cases.cases import clear_old as clear_old
