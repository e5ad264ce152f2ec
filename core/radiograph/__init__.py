"""One film: bytes to a checked Radiograph."""

from core.radiograph.archives import Entry as Entry
from core.radiograph.archives import expand as expand
from core.radiograph.brightness import to_unit as to_unit
from core.radiograph.case_visits import case_visits as case_visits
from core.radiograph.case_visits import one_visit as one_visit
from core.radiograph.decode import decode_film as decode_film
from core.radiograph.film import Fault as Fault
from core.radiograph.film import FilmError as FilmError
from core.radiograph.film import FilmNote as FilmNote
from core.radiograph.film import NoteKind as NoteKind
from core.radiograph.film import Radiograph as Radiograph
from core.radiograph.film import display_text as display_text
from core.radiograph.guard import open_film as open_film
from core.radiograph.identity import FileLabels as FileLabels
from core.radiograph.name_hints import NameHints as NameHints
from core.radiograph.name_hints import name_hints as name_hints
from core.radiograph.visits import VisitFiles as VisitFiles
from core.radiograph.visits import group_visits as group_visits
