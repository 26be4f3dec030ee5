"""PDF -> Document: `read` is all that other stages need."""

from pipeline.pdf.document import read

__all__ = ["read"]
