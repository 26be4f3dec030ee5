"""Sentences -> codings, by the codebook's terms."""

from pipeline.coding.document import code_document, version

__all__ = ["code_document", "version"]
