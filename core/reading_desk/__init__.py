"""A person at work on films: the visits in their order, what is marked, and the way of every key into the store."""

from core.reading_desk.desk import Action as Action
from core.reading_desk.desk import Desk as Desk
from core.reading_desk.sheet import ModelAnswer as ModelAnswer
from core.reading_desk.sheet import Sheet as Sheet
from core.reading_desk.study_desk import StudyDesk as StudyDesk
from core.reading_desk.study_desk import study_desk as study_desk
from core.reading_desk.visits import ListedVisit as ListedVisit
from core.reading_desk.visits import ReadFilm as ReadFilm
from core.reading_desk.visits import first_of_each as first_of_each
from core.reading_desk.visits import in_order as in_order
from core.reading_desk.visits import read_film as read_film
from core.reading_desk.visits import stored_films as stored_films
