"""The expressions of DuckDB's plan, as its JSON has them: their types, and how they read in SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

#: An expression of a plan.
Node = Mapping[str, Any]

#: DuckDB 1 has a comparison for a kind of its own, DuckDB 2 has it for a function.
_COMPARED: Final = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
#: How names that only plans have read in SQL.
_SHOWN_OTHERWISE: Final = {
    "count_star": "count(*)",
    "operator_coalesce": "coalesce({})",
    "case_expr": "CASE … END",
    "compare_in": "IN ({})",
    "__between": "BETWEEN ({})",
    "compare_between": "BETWEEN ({})",
    "list_apply": "a list of {}",
}
_LONGEST_SHOWN: Final = 80


def is_cast(node: Node) -> bool:
    """Return whether an expression only turns another into a type."""
    return node["expression_class"] == "BOUND_CAST" or name_of(node) == "__cast"


def is_constant(node: Node) -> bool:
    """Return whether an expression is a value that stands in the SQL."""
    return bool(node["expression_class"] == "BOUND_CONSTANT")


def is_column(node: Node) -> bool:
    """Return whether an expression is a column of what lies below in the plan."""
    return node["expression_class"] in ("BOUND_REF", "BOUND_COLUMN_REF")


def without_cast(node: Node) -> Node:
    """Return what the casts around an expression are of."""
    while is_cast(node) and (inner := children_of(node)):
        node = inner[0]
    return node


def children_of(node: Node) -> list[Node]:
    """Return the expressions right below one, in order."""
    found: list[Node] = []
    below: list[object] = list(node.values())
    while below:
        item = below.pop(0)
        if isinstance(item, list):
            below[:0] = item
        elif isinstance(item, dict):
            if "expression_class" in item:
                found.append(item)
            else:
                below[:0] = list(item.values())
    return found


def name_of(node: Node) -> str:
    """Return the name of a function or the sign of an operator, in lower case; "" for others."""
    path = (node.get("qname") or {}).get("path") or [node.get("name") or ""]
    return _COMPARED.get(str(node.get("type")), str(path[-1]).lower())


def type_of(node: Node) -> Any:
    """Return the type of an expression, as the plan has it."""
    return (node.get("value") or {}).get("type") if is_constant(node) else node.get("return_type")


def type_id(node: Node) -> str:
    """Return the name of an expression's type, such as ``"BIGNUM"``."""
    return str((type_of(node) or {}).get("id"))


def has_type(type_: object, ids: Collection[str]) -> bool:
    """Return whether a type is one of these, or holds one: a list, a struct or a map of it."""
    if isinstance(type_, list):
        return any(has_type(item, ids) for item in type_)
    if isinstance(type_, dict):
        return type_.get("id") in ids or any(has_type(item, ids) for item in type_.values())
    return False


def shortened(text: str) -> str:
    """Return a text that a message has room for."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def sql_of(node: Node) -> str:
    """Return an expression as SQL, for a message: without its casts."""
    if is_constant(node):
        return _constant(node.get("value") or {})
    if is_column(node):
        return str(node.get("alias") or "a column").replace("count_star()", "count(*)")
    children = [sql_of(child) for child in children_of(node)]
    if is_cast(node):
        return children[0] if children else str(node.get("alias"))
    return _call(node, children)


def _call(node: Node, children: list[str]) -> str:
    name = name_of(node) or str(node.get("type", "")).lower()
    if name == "concat" and children[1:] == ["random()"]:  # a constant that was made to change
        text = children[0].strip("'")
        return "the exact number" if text.startswith("concat(") else text
    if name in _SHOWN_OTHERWISE:
        return _SHOWN_OTHERWISE[name].format(", ".join(children))
    if not name[:1].isalpha() and not name.startswith("_"):
        return _operation(name, children)
    if node["expression_class"] == "BOUND_WINDOW":
        return f"{name}({', '.join(children[:1])}) OVER (…)"
    if node["expression_class"] == "BOUND_AGGREGATE":  # what it is filtered by comes last
        children = children[: len(node.get("children") or children)]
    return f"{name.lstrip('_')}({', '.join(children)})"


def _operation(sign: str, operands: list[str]) -> str:
    if len(operands) == 1:
        return f"{sign}{operands[0]}"
    return f" {sign} ".join(
        f"({text})" if " " in text and not text.endswith(")") else text for text in operands
    )


def _constant(value: Mapping[str, Any]) -> str:
    if value.get("is_null"):
        return "NULL"
    type_, text = value.get("type") or {}, value.get("value")
    if type_.get("id") == "DECIMAL" and isinstance(text, int):
        scale = (type_.get("type_info") or {}).get("scale", 0)
        digits = str(abs(text)).rjust(scale + 1, "0")
        point = f"{digits[:-scale]}.{digits[-scale:]}" if scale else digits
        return f"-{point}" if text < 0 else point
    return f"'{text}'" if type_.get("id") == "VARCHAR" else str(text)
