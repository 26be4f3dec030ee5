"""Sentences -> codings: the codebook's terms and a trained head decide together."""

from pipeline.coding.document import code_document, own_head, version
from pipeline.coding.evaluate import evaluate
from pipeline.coding.named import instruments
from pipeline.coding.targets import targets

__all__ = ["code_document", "evaluate", "instruments", "own_head", "targets", "version"]
