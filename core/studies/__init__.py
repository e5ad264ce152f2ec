"""Studies from folders and zips of films: imported without anybody seeing a score, read blind, exported as one file."""

from core.studies.importing import Imported as Imported
from core.studies.importing import import_study as import_study
from core.studies.plan import StudyPlan as StudyPlan
from core.studies.plan import plan_study as plan_study
