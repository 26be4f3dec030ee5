"""How well coding does on labelled sentences.

    .venv/bin/python -m tests.bench.coding_quality [LABELS.jsonl]

prints the report of `pipeline.coding.evaluate`.
"""

import sys
from pathlib import Path

from pipeline.coding.evaluate import evaluate

LABELS = Path(__file__).parents[3] / "shared" / "labels" / "sentences_dev.jsonl"


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else LABELS
    if not path.exists():
        sys.exit(f"{path} is not here: give a JSON-lines file of labelled sentences")
    sys.stdout.write(evaluate(path))


if __name__ == "__main__":
    main()
