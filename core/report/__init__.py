"""Readings as files: JSON, the RA2 table, overlay pictures."""

from core.report.overlay import overlay_picture as overlay_picture
from core.report.readings import readings_csv as readings_csv
from core.report.readings import readings_json as readings_json
