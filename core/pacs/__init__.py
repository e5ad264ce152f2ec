"""A hospital's archive (PACS): find and fetch studies, take what is sent, answer it. Off unless configured."""

from core.pacs.archive import Archive as Archive
from core.pacs.archive import FoundStudy as FoundStudy
from core.pacs.archive import PacsError as PacsError
from core.pacs.archive import configured_archive as configured_archive
