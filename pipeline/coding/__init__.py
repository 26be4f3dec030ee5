"""Sentences -> codings: the codebook's terms and a trained head decide together."""

from pipeline.coding.document import code_document, version
from pipeline.coding.evaluate import evaluate
from pipeline.coding.named import Named, instruments
from pipeline.coding.targets import targets

__all__ = ["Named", "code_document", "evaluate", "instruments", "targets", "version"]
