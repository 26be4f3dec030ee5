"""Bibliographies beside the papers: BibTeX, RIS and CSL-JSON, and which entry belongs to which paper."""

from pipeline.bibliography.match import doubts, match
from pipeline.bibliography.normal import normal_doi, normal_title
from pipeline.bibliography.read import ENDINGS, read

__all__ = ["ENDINGS", "doubts", "match", "normal_doi", "normal_title", "read"]
