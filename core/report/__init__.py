"""Readings as files: JSON, the RA2 table, overlay pictures, PDF, DICOM Structured Report and Secondary Capture."""

from core.report.joint_spaces import spaces_csv as spaces_csv
from core.report.overlay import overlay_picture as overlay_picture
from core.report.pdf import visits_pdf as visits_pdf
from core.report.readings import readings_csv as readings_csv
from core.report.readings import readings_json as readings_json
from core.report.report_reading import reading_from_sr as reading_from_sr
from core.report.secondary_capture import secondary_captures as secondary_captures
from core.report.space_changes import TwoVisits as TwoVisits
from core.report.space_changes import change_rows as change_rows
from core.report.space_changes import changes_csv as changes_csv
from core.report.space_changes import changes_json as changes_json
from core.report.space_changes import changes_pdf as changes_pdf
from core.report.structured_report import report_zip as report_zip
from core.report.structured_report import structured_report as structured_report
from core.report.visit_report import DRAFT as DRAFT
from core.report.visit_report import VisitReport as VisitReport
