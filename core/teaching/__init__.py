"""Teaching on phantom films: cases with known truth, marking of answers, and classes with a code."""

from core.teaching.cases import Difficulty as Difficulty
from core.teaching.cases import TeachingCase as TeachingCase
from core.teaching.cases import make_case as make_case
from core.teaching.class_records import ClassError as ClassError
from core.teaching.class_records import ClassView as ClassView
from core.teaching.class_records import Question as Question
from core.teaching.classroom import Classes as Classes
from core.teaching.marking import Answer as Answer
from core.teaching.marking import Marks as Marks
from core.teaching.marking import mark as mark
from core.teaching.own_films import own_case as own_case
from core.teaching.results import results_csv as results_csv
