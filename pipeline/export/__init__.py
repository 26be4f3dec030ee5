"""What leaves the house: CSV tables with their dictionary, and the report."""

from pipeline.export.report import write_report
from pipeline.export.results import Results
from pipeline.export.tables import read_table, write_tables

__all__ = ["Results", "read_table", "write_report", "write_tables"]
