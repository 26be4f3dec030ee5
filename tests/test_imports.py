"""Imports point one way: flows, cli -> refresh -> stages -> codebook, settings -> records, errors."""

import ast
from pathlib import Path

import pytest

from pipeline.plan import CODE

PIPELINE = Path(__file__).parents[1] / "pipeline"
BASE = {"documents", "records", "outcomes", "topic_outcomes", "history", "errors"}
SHARED = BASE | {"codebook", "settings", "terms"}
MAY = {
    "documents": set(),
    "records": BASE,
    "outcomes": BASE,
    "topic_outcomes": BASE,
    "history": BASE,
    "errors": set(),
    "options": set(),
    "terms": set(),
    "settings": BASE,
    "codebook": BASE | {"terms", "codebook_file"},
    "codebook_file": BASE,
    "bibliography": BASE | {"bibliography", "workers"},
    "workers": BASE,
    "files": BASE,
    "artifacts": BASE | {"files"},
    "store": BASE | {"artifacts", "files", "tokens"},
    "shared": BASE | {"artifacts", "files"},
    "publish": BASE | {"files"},
    "hashes": BASE | {"files"},
    "corpus": SHARED | {"bibliography", "duplicates", "hashes"},
    "duplicates": BASE | {"bibliography"},
    "pdf": BASE | {"pdf"},
    "citations": BASE,
    "passages": SHARED | {"citations"},
    "coding": SHARED | {"coding", "files"},
    "phrases": set(),
    "tokens": set(),
    "blocks": SHARED | {"phrases", "tokens"},
    "factors": SHARED | {"blocks", "phrases"},
    "topics": SHARED | {"blocks", "factors", "inference", "phrases", "tokens"},
    "drift": BASE,
    "periods": BASE | {"inference"},
    "evidence": SHARED,
    "places": BASE,
    "inference": BASE,
    "snapshots": BASE | {"files", "drift", "export"},
    "flips": BASE | {"evidence"},
    "changes": BASE | {"bibliography", "flips"},
    "compare": SHARED | {"evidence", "inference"},
    "carry": SHARED | {"evidence", "inference"},
    "strata": SHARED | {"evidence", "inference", "periods"},
    "words": SHARED | {"blocks", "evidence", "inference"},
    "export": SHARED | {"evidence", "export", "files", "places", "workers"},
    "decisions": SHARED | {"decisions", "files", "bibliography", "coding", "export", "options", "workers"},
    "adding": SHARED | {"abstracts", "bibliography", "corpus", "files", "hashes", "pdf", "workers"},
    "abstracts": SHARED | {"bibliography", "pdf"},
    "harvest": SHARED | {"abstracts", "bibliography", "corpus", "files", "harvest"},
    "agreement": BASE,
    "double_coding": BASE,
    "stopping": set(),
    "screening": BASE,
    "triage": SHARED | {"evidence", "compare", "double_coding"},
}
TOP = {
    *("plan", "work", "gathered", "modelled", "refresh", "summary", "cluster", "bulletin", "watching", "unattended"),
    *("learning", "review", "deliver", "literature", "cli", "__init__"),
}


def imported(path: Path) -> set[str]:
    """First-level modules of the pipeline that a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pipeline":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("pipeline.")}
    return found


# they find, limit, put in place or tell of results; what they do changes none
NO_RESULTS = {
    *(
        "__init__.py",
        "adding.py",
        "options.py",
        "bulletin.py",
        "cli.py",
        "cluster.py",
        "deliver.py",
        "errors.py",
        "hashes.py",
        "publish.py",
        "settings.py",
        "shared.py",
        "summary.py",
        "unattended.py",
        "watching.py",
        "work.py",
        "workers.py",
    ),
    *(
        f"harvest/{name}.py"
        for name in ("__init__", "harvesting", "openalex", "proxy", "record", "unpaywall", "web", "works")
    ),
    *(f"decisions/{name}.py" for name in ("__init__", "commands", "decide", "imported", "training")),
    *(
        f"{name}.py"
        for name in ("agreement", "double_coding", "learning", "literature", "screening", "stopping", "triage")
    ),
}


def test_a_change_of_any_module_that_makes_results_makes_them_stale() -> None:
    watched = {path for patterns in CODE.values() for pattern in patterns for path in PIPELINE.glob(pattern)}
    missing = {path.relative_to(PIPELINE).as_posix() for path in set(PIPELINE.rglob("*.py")) - watched}
    assert {name for name in missing if not name.startswith("review/")} == NO_RESULTS


def room(path: Path) -> str:
    return path.relative_to(PIPELINE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted(PIPELINE.rglob("*.py")), ids=lambda p: str(p.relative_to(PIPELINE)))
def test_imports_point_one_way(path: Path) -> None:
    if room(path) not in TOP:
        assert imported(path) <= MAY[room(path)]


def test_no_module_of_the_pipeline_imports_prefect() -> None:
    assert not [p for p in PIPELINE.rglob("*.py") if "prefect" in p.read_text(encoding="utf-8").split("import ")[1:]]
