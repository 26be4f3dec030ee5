"""Bibliographies beside the papers: BibTeX, RIS and CSL-JSON, and which entry belongs to which paper."""

from pipeline.bibliography.match import doubts, match
from pipeline.bibliography.merge import merge
from pipeline.bibliography.normal import file_parts, normal_doi, normal_title
from pipeline.bibliography.read import ENDINGS, read

__all__ = ["ENDINGS", "doubts", "file_parts", "match", "merge", "normal_doi", "normal_title", "read"]
