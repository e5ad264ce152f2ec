"""Labelled films without a clinic: phantoms computed from bones, and damage simulated on real films."""

from core.phantom.foot_film import foot_film as foot_film
from core.phantom.hand_film import hand_film as hand_film
from core.phantom.patients import patient_grades as patient_grades
from core.phantom.patients import phantom_visit as phantom_visit
from core.phantom.simulated_damage import simulate_damage as simulate_damage
