"""The product's own source as syntax trees, for the tests that hold it against the conventions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T", bound=ast.AST)
FLOORS = ("portal", "cms", "review", "candidate_api", "home")


@dataclass(frozen=True)
class Source:
    path: Path  # from the root
    text: str
    tree: ast.Module

    @property
    def page(self) -> str:
        """Which page of a noun this is, also when the page is a folder: `actions/pay.py` is of `actions`."""
        pages = {"states", "rules", "models", "queries", "actions", "tasks", "api", "admin", "pages"}
        return next((part for part in self.path.parts[:-1] if part in pages), self.path.stem)

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"

    def nodes(self, kind: type[T]) -> Iterator[T]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))


@cache
def product() -> tuple[Source, ...]:
    """Every module of the house but tests and migrations."""
    return tuple(
        Source(path.relative_to(ROOT), text := path.read_text(), ast.parse(text))
        for floor in FLOORS
        for path in sorted((ROOT / floor).rglob("*.py"))
        if not {"tests", "migrations", "locale"} & set(path.parts) and path.stem != "factories"
    )
