"""What leaves the house: tables with their dictionary, the report, and what other tools take."""

from pipeline.export.exports import FORMATS, write_exports
from pipeline.export.narrative import write_narrative
from pipeline.export.report import write_report
from pipeline.export.results import Results
from pipeline.export.tables import read_table, write_settled, write_tables

__all__ = [
    "FORMATS",
    "Results",
    "read_table",
    "write_exports",
    "write_narrative",
    "write_report",
    "write_settled",
    "write_tables",
]
