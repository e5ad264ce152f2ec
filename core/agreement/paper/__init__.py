"""What goes into the paper: tables, figures, a methods paragraph and a GRRAS checklist.

All of it is computed from a study and written as files.
"""

from core.agreement.paper.analysis import Analysis as Analysis
from core.agreement.paper.analysis import analysed as analysed
from core.agreement.paper.writing import report_zip as report_zip
from core.agreement.paper.writing import write_report as write_report
