"""The report of a study as files.

Tables as CSV, xlsx and HTML that a word processor opens, figures, methods, checklist.
"""

import base64
import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from core.agreement.paper.analysis import Analysis
from core.agreement.paper.figures import ENDS, figure_bytes, paper_figures
from core.agreement.paper.methods import grras, methods
from core.agreement.paper.tables import Table, paper_tables
from core.agreement.results import results_json
from core.cohort.table_text import csv_text, inert
from core.svh import INTENDED_USE

_STYLE = (
    "body{font-family:Calibri,Arial,sans-serif;font-size:11pt;max-width:60em;margin:2em auto;padding:0"
    " 1em}table{border-collapse:collapse;font-size:9pt;margin:.4em 0}th,td{border:1px solid #999;padding:2pt"
    " 5pt;text-align:left;vertical-align:top}th{background:#eee}caption{text-align:left;font-weight:bold;padding:4pt"
    " 0}.note{font-size:9pt;color:#444}.wide{overflow-x:auto}img{width:100%;max-width:38em}"
)
_NUMBER = re.compile("\N{MINUS SIGN}?(0|[1-9][0-9]{0,14})(\\.[0-9]+)?")  # 007 is a name
_DATE = (1980, 1, 1, 0, 0, 0)


def write_report(a: Analysis, folder: Path) -> list[Path]:
    """Write the report into a folder, which is made if need be; the files, in the order in which a reader wants them.

    The same study gives the same files but for the time in the workbook.
    Raises: OSError if the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables, figures = [*paper_tables(a), grras(a)], list(paper_figures(a))
    written = [folder / "report.html", folder / "tables.xlsx", folder / "results.json"]
    pictures = []
    files: dict[Path, bytes] = {}
    for name, caption, figure in figures:
        made = {end: figure_bytes(figure, end) for end in ENDS}
        pictures.append((caption, made["png"]))
        files |= {folder / "figures" / f"{name}.{end}": data for end, data in made.items()}
    for table in tables:
        rows = [[inert(cell) for cell in row] for row in (table.columns, *table.rows)]
        files[folder / "tables" / f"{table.name}.csv"] = csv_text(rows).encode("utf-8-sig")
    written[0].write_text(_html(a, tables, pictures), encoding="utf-8")
    written[1].write_bytes(_workbook(tables))
    by_visit = list(a.by_visit)
    written[2].write_text(
        results_json(a.study, list(a.found), by_visit=by_visit, seed=a.seed, draws=a.draws, threshold=a.threshold),
        encoding="utf-8",
    )
    for path, data in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return [*written, *files]


def report_zip(a: Analysis) -> bytes:
    """Every file of the report in one zip, to be downloaded."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as name, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        folder = Path(name)
        for path in write_report(a, folder):
            package.writestr(
                zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE), path.read_bytes(), zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def _html(a: Analysis, tables: Sequence[Table], pictures: Sequence[tuple[str, bytes]]) -> str:
    parts = [f"<h1>Reader agreement and progression</h1><p class=note>{escape(INTENDED_USE)}</p>", "<h2>Methods</h2>"]
    parts += [f"<p>{escape(paragraph)}</p>" for paragraph in methods(a)]
    if a.doubts:
        parts.append(
            "<h2>Names to look at</h2><ul>" + "".join(f"<li>{escape(each)}</li>" for each in a.doubts) + "</ul>"
        )
    parts.append("<h2>Figures</h2>")
    for n, (caption, png) in enumerate(pictures, start=1):
        data = base64.b64encode(png).decode()
        parts.append(
            f'<p><img alt="Figure {n}" src="data:image/png;base64,{data}"></p><p><b>Figure {n}.</b>'
            f" {escape(caption)}</p>"
        )
    parts.append("<h2>Tables</h2>")
    for n, table in enumerate(tables, start=1):
        head = "".join(f"<th>{escape(cell)}</th>" for cell in table.columns)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
        parts.append(
            f"<div class=wide><table><caption>Table {n}."
            f" {escape(table.title)}</caption><tr>{head}</tr>{body}</table></div><p class=note>{escape(table.note)}</p>"
        )
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Reader agreement</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _workbook(tables: Sequence[Table]) -> bytes:
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(table.name[:31])
        for row in ((INTENDED_USE,), (table.title,), table.columns, *table.rows, (table.note,)):
            sheet.append([_number_or_text(cell) for cell in row])
        for cell in sheet[3]:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        for column in range(1, len(table.columns) + 1):
            sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = 22
        sheet.freeze_panes = "A4"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number_or_text(cell: str) -> str | float:
    """A number as a number, so that a spreadsheet can compute with it.

    Anything else as text that is never a formula.
    """
    return float(cell.replace("\N{MINUS SIGN}", "-")) if _NUMBER.fullmatch(cell) else inert(cell)
