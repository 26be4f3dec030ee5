"""A codebook file as tables that know their lines: TOML read within limits, so that errors name the right line."""

import itertools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import CodebookError, where_in

MAX_BYTES = 2_000_000
MOST_PARTS = 20  # full stops in a line outside of strings; tomllib takes hours over a key of 100,000 parts


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file: "", "domain", "family" or "family.code"; its own keys; its lines, from 1."""

    kind: str
    data: dict[str, Any]
    first: int
    last: int


_TOKEN = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.S)
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*(domain|family|family\.code)[ \t]*\]\]", re.M)


class Source:
    """A codebook file as tables that know their lines, so that errors can name the right one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = self._read()
        # strings and comments blanked out: what is left are keys and headers
        self.bare = _TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), self.text)
        self.lines = self.bare.split("\n")
        self.strings: dict[str, list[int]] = {}  # the lines that each string stands on
        for found in _TOKEN.finditer(self.text):
            self.strings.setdefault(found[0][1:-1], []).append(self._line_at(found.start()))
        data = self._parse()
        self.tables = self._tables(data)
        own = {key: value for key, value in data.items() if key not in ("domain", "family")}
        self.top = Table("", own, 1, self._line_at(len(self.text)))

    def error(self, what: str, line: int, remedy: str) -> CodebookError:
        return CodebookError(what, where_in(self.path, line), remedy)

    def line(self, table: Table, key: str, value: str | None = None, nth: int = 0) -> int:
        """The line of a key of the table or, with `value`, of its `nth` such string in the key's list."""
        is_key = re.compile(rf"[ \t]*(?:\[+[ \t]*)?{re.escape(key)}[ \t]*[=\].]")
        start = next((n for n in range(table.first, table.last + 1) if is_key.match(self.lines[n - 1])), table.first)
        if value is None:
            return start
        return next(itertools.islice((n for n in self.strings.get(value, ()) if n >= start), nth, None), start)

    def _line_at(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def _read(self) -> str:
        remedy = "name a codebook: a TOML file in UTF-8, best begun as a copy of the one that ships"
        try:
            if self.path.stat().st_size > MAX_BYTES:
                raise self.error(f"larger than {MAX_BYTES // 10**6} MB", 1, remedy)
            return self.path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise self.error("not UTF-8 text", line, "save the file as UTF-8") from error
        except OSError as error:
            raise CodebookError(f"cannot be read: {error.strerror}", str(self.path), remedy) from error

    def _parse(self) -> dict[str, Any]:
        long = next((n for n, line in enumerate(self.lines, 1) if line.count(".") > MOST_PARTS), 0)
        if long:
            raise self.error("a key of too many parts", long, "write tables as in the codebook that ships")
        try:
            return tomllib.loads(self.text)
        except RecursionError as error:
            raise self.error("nested too deep", 1, "write tables as in the codebook that ships") from error
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else self._line_at(len(self.text))
            what = re.sub(r" \(at .*\)$", "", str(error))
            remedy = "look there for a missing quote, comma or bracket, or a key that is given twice"
            raise self.error(f"not valid TOML: {what}", line, remedy) from error

    def _tables(self, data: dict[str, Any]) -> list[Table]:
        """The tables in the file's order, each with its lines up to the next header."""
        headers = [(m[1], self._line_at(m.end())) for m in _HEADER.finditer(self.bare)]
        found = {"domain": _dicts(data.get("domain", [])), "family": _dicts(data.get("family", []))}
        found["family.code"] = [code for f in found["family"] for code in _dicts(f.get("code", []))]
        if any(len(found[kind]) != sum(kind == k for k, _ in headers) for kind in found):
            remedy = "write each under a header of its own: [[domain]], [[family]], [[family.code]]"
            raise self.error("domains, families and codes must be tables of their own", 1, remedy)
        starts = [line for _, line in headers]
        ends = [line - 1 for line in starts[1:]] + [self._line_at(len(self.text))] * bool(starts)
        in_turn = {kind: iter(dicts) for kind, dicts in found.items()}
        tables = []
        for (kind, first), last in zip(headers, ends, strict=True):
            own = {k: v for k, v in next(in_turn[kind]).items() if (kind, k) != ("family", "code")}
            tables.append(Table(kind, own, first, last))
        return tables


def _dicts(value: object) -> list[dict[str, Any]]:
    """The tables of an array of tables; nothing for what is no such array."""
    return value if isinstance(value, list) and all(isinstance(v, dict) for v in value) else []
