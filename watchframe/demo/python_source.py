"""The Python data source: scripts of a small, safe part of Python, interpreted from their AST.

A script fills ``result`` by ``add_result_column`` and ``add_result_row``; its author writes the
types, so they may be wrong. Nothing is imported, no attribute is read, and a script can do no more
than count, so it is safe to run whatever is sent. Time and memory are bounded by steps: each
statement and expression is one, and so is each value and letter that a new value holds.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchframe.demo.jobs import CancelledError, Interrupt, SourceError

MAX_STEPS = 2_000_000
MAX_BITS = 4096

_OPERATORS: dict[type[ast.operator | ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
_EXCEPTIONS = {"ValueError": ValueError, "RuntimeError": RuntimeError, "KeyError": KeyError}


@dataclass(slots=True, kw_only=True)
class PythonSource:
    """The data source."""

    id: int
    name: str
    type: str = "python"
    syntax: str = "python"
    supports_auto_limit: bool = False
    is_annotated: bool = False

    def run(self, text: str, interrupt: Interrupt) -> dict[str, Any]:
        """Return the ``result`` that the script fills."""
        script = _Script(interrupt=interrupt)
        try:
            script.run(ast.parse(text).body)
        except (CancelledError, SourceError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the script does is its author's to read
            raise SourceError(f"{type(error)} {error}") from None
        result = script.names.get("result")
        if not isinstance(result, dict):
            raise SourceError("result variable should be of type dict.")
        return {
            **result,
            **{name: [] for name in ("columns", "rows") if name not in result},
            "log": [],
        }

    def schema(self) -> list[dict[str, Any]]:
        """Return nothing: there are no tables."""
        return []


@dataclass(slots=True, kw_only=True)
class _Script:
    interrupt: Interrupt
    names: dict[str, Any] = field(default_factory=lambda: {"result": {"rows": [], "columns": []}})
    steps: int = 0

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self._step()
            self._statement(statement)

    def _step(self, count: int = 1) -> None:
        self.steps += count
        if self.interrupt.is_set.is_set():
            raise CancelledError
        if self.steps > MAX_STEPS:
            raise SourceError("The script takes too many steps.")

    def _counted(self, value: Any) -> Any:
        """Return `value` after counting what it holds; what is held twice counts twice."""
        waiting = [value]
        while waiting:
            item = waiting.pop()
            self._step(len(item) if isinstance(item, str) else 1)
            if isinstance(item, dict):
                waiting += [*item, *item.values()]
            elif isinstance(item, list | tuple):
                waiting += item
        return value

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.names[name] = self._value(value)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                self.names[name] = self._operate(op, self.names[name], self._value(value))
            case ast.Expr(value=value):
                self._value(value)
            case ast.For(target=ast.Name(id=name), iter=items, body=body, orelse=[]):
                for item in self._value(items):
                    self.names[name] = item
                    self.run(body)
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=args)) if name in _EXCEPTIONS:
                raise _EXCEPTIONS[name](*map(self._value, args))
            case _:
                raise SourceError(f"The demo's Python does not know {type(node).__name__}.")

    def _value(self, node: ast.expr) -> Any:
        self._step()
        match node:
            case ast.Constant() | ast.Name():
                return node.value if isinstance(node, ast.Constant) else self.names[node.id]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self._counted([self._value(item) for item in items])
            case ast.Dict(keys=keys, values=values) if None not in keys:
                return self._counted(
                    {
                        self._value(key): self._value(value)
                        for key, value in zip(keys, values, strict=True)
                        if key is not None
                    }
                )
            case ast.BinOp(left=left, op=op, right=right):
                return self._operate(op, self._value(left), self._value(right))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
                return _OPERATORS[type(op)](self._value(operand))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
                values = [self._value(arg) for arg in args]
                self._counted(values[1:])  # the row of a result, which comes first, is a copy
                return self._counted(_FUNCTIONS[name](*values))
        raise SourceError(f"The demo's Python does not know {type(node).__name__}.")

    def _operate(self, op: ast.operator, left: Any, right: Any) -> Any:
        if isinstance(op, ast.Pow):
            if not isinstance(right, int) or not 0 <= right <= MAX_BITS:
                raise SourceError("An exponent is too large.")
            if isinstance(left, int) and left.bit_length() * right > 2 * MAX_BITS:
                raise SourceError("A number is too large.")
            value = left**right
        elif type(op) in _OPERATORS:
            if not isinstance(op, ast.Add) and not all(
                isinstance(item, int | float) for item in (left, right)
            ):
                raise SourceError("Texts and lists can only be added.")
            value = _OPERATORS[type(op)](left, right)
        else:
            raise SourceError(f"The demo's Python does not know {type(op).__name__}.")
        if isinstance(value, int) and value.bit_length() > MAX_BITS:
            raise SourceError("A number is too large.")
        return self._counted(value)


def _add_column(result: dict[str, Any], name: str, friendly_name: str, type_: str) -> None:
    column = {"name": name, "friendly_name": friendly_name, "type": type_}
    result.setdefault("columns", []).append(column)


def _add_row(result: dict[str, Any], row: Mapping[str, Any]) -> None:
    result.setdefault("rows", []).append(dict(row))


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add_result_column": _add_column,
    "add_result_row": _add_row,
    "range": range,
    "len": len,
    "str": str,
    "int": int,
    "float": float,
}
