"""The model as a reader: films in, readings with their evidence out."""

from core.model_reader.codes import FilmStatus as FilmStatus
from core.model_reader.codes import Flag as Flag
from core.model_reader.codes import FlagCode as FlagCode
from core.model_reader.codes import Refusal as Refusal
from core.model_reader.codes import Unscored as Unscored
from core.model_reader.evidence import FilmReading as FilmReading
from core.model_reader.evidence import FoundJoint as FoundJoint
from core.model_reader.evidence import FoundPart as FoundPart
from core.model_reader.evidence import ScoredCell as ScoredCell
from core.model_reader.evidence import VisitReading as VisitReading
from core.model_reader.film_reading import as_read as as_read
from core.model_reader.reader import ModelReader as ModelReader
