"""Functions of local SQL that keep every digit where DuckDB's own turn to DOUBLE.

DuckDB adds, subtracts, compares, groups and sums a ``BIGNUM``, an integer of any size, exactly. It
has no other arithmetic of it: ``*``, ``/``, ``//``, ``%``, ``abs`` and ``avg`` make it a DOUBLE of
about 15 digits first, in silence. These functions are what stands in for them. Numbers cross to
Python as texts of digits, because Arrow has no integer that is wide enough.
"""

from __future__ import annotations

import contextlib
import decimal
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb

#: `to_units` has this many decimals: those of nearly every token.
UNIT_DECIMALS: Final = 18
#: More digits than any balance, price or product of some of them has.
MOST_DIGITS: Final = 2_000
#: A token's contract gives its decimals as a uint8.
_MOST_DECIMALS: Final = 255
_EXACT = decimal.Context(
    prec=2 * MOST_DIGITS,
    Emax=decimal.MAX_EMAX,
    Emin=decimal.MIN_EMIN,
    traps=[decimal.Inexact, decimal.InvalidOperation, decimal.Overflow],
)

#: What local SQL has instead, by DuckDB's own function or operator: a text with the operands.
EXACT_FORMS: Final = {
    "*": "exact_multiply({0}, {1})",
    "/": "exact_divide({0}, {1})",
    "//": "exact_divide({0}, {1})",
    "%": "exact_mod({0}, {1})",
    "mod": "exact_mod({0}, {1})",
    "fmod": "exact_mod({0}, {1})",
    "**": "exact_power({0}, {1})",
    "^": "exact_power({0}, {1})",
    "pow": "exact_power({0}, {1})",
    "power": "exact_power({0}, {1})",
    "abs": "exact_abs({0})",
    "@": "exact_abs({0})",
    "avg": "exact_divide(sum({0}), count({0}))",
    "mean": "exact_divide(sum({0}), count({0}))",
    "round": "{0}",
    "floor": "{0}",
    "ceil": "{0}",
    "ceiling": "{0}",
    "trunc": "{0}",
}

#: The functions that give a BIGNUM, with their parameters.
EXACT_FUNCTIONS: Final = {
    "exact_multiply": "a, b",
    "exact_divide": "a, b",
    "exact_mod": "a, b",
    "exact_power": "a, n",
    "exact_abs": "a",
    "from_units": "units, decimals",
}
#: How each is made of its part in Python, which takes and gives texts.
_TEXT_OF: Final = "{0}(CAST({1} AS VARCHAR), CAST({2} AS VARCHAR))"
_MACROS: Final = {
    **{
        f"{name}({parameters})": f"CAST({_TEXT_OF.format(f'_{name}', *parameters.split(', '))}"
        " AS BIGNUM)"
        for name, parameters in EXACT_FUNCTIONS.items()
        if "," in parameters
    },
    "exact_abs(a)": "CAST(ltrim(CAST(CAST(a AS BIGNUM) AS VARCHAR), '-') AS BIGNUM)",
    "to_units(amount, decimals)": f"CAST({_TEXT_OF.format('_to_units', 'amount', 'decimals')}"
    f" AS DECIMAL(38, {UNIT_DECIMALS}))",
    "to_units_text(amount, decimals)": _TEXT_OF.format("_to_units_text", "amount", "decimals"),
}


def register_exact_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions of exact numbers.

    ``exact_multiply(a, b)``, ``exact_divide(a, b)``, ``exact_mod(a, b)``, ``exact_power(a, n)`` and
    ``exact_abs(a)`` take whole numbers of any size and type, and texts of them, and return a
    BIGNUM. A quotient is cut towards zero, and the remainder has the sign of `a`, as in Solidity
    and of DuckDB's own ``//`` and ``%``; both are NULL where `b` is 0, as these are, too.

    ``to_units(amount, decimals)`` is the amount of a token as people write it, a
    ``DECIMAL(38, 18)``; ``to_units_text(amount, decimals)`` is it as a text, for more digits than
    that has; ``from_units(units, decimals)`` is the way back, a BIGNUM.

    NULL gives NULL. What cannot be kept to the last digit is an error of the query.
    """
    for name, function in _FUNCTIONS.items():
        _register(connection, name, function)
    for head, body in _MACROS.items():
        connection.execute(f"CREATE OR REPLACE MACRO {head} AS {body}")


def _register(
    connection: duckdb.DuckDBPyConnection, name: str, function: Callable[[str, str], str | None]
) -> None:
    def of_columns(first: pa.ChunkedArray, second: pa.ChunkedArray) -> pa.Array:
        pairs = zip(first.to_pylist(), second.to_pylist(), strict=True)
        return pa.array(
            [None if a is None or b is None else function(a, b) for a, b in pairs], pa.string()
        )

    connection.create_function(  # type: ignore[call-overload]
        name,
        of_columns,
        ["VARCHAR", "VARCHAR"],
        "VARCHAR",
        type="arrow",
        null_handling="special",
    )


def _multiply(a: str, b: str) -> str:
    return str(_integer(a) * _integer(b))


def _divide(a: str, b: str) -> str | None:
    dividend, divisor = _integer(a), _integer(b)
    if not divisor:
        return None
    quotient = abs(dividend) // abs(divisor)
    return str(quotient if (dividend < 0) == (divisor < 0) else -quotient)


def _mod(a: str, b: str) -> str | None:
    dividend, divisor = _integer(a), _integer(b)
    if not divisor:
        return None
    remainder = abs(dividend) % abs(divisor)
    return str(-remainder if dividend < 0 else remainder)


def _power(a: str, n: str) -> str:
    base, exponent = _integer(a), _integer(n)
    if exponent < 0:
        raise ArithmeticError(f"exact_power has no whole result for the exponent {exponent}.")
    if abs(base) > 1 and exponent * abs(base).bit_length() > MOST_DIGITS * 10 // 3:
        raise ArithmeticError(f"exact_power of {a} and {n} has more than {MOST_DIGITS} digits.")
    return str(base**exponent if abs(base) > 1 else base ** (exponent and 2 - exponent % 2))


def _to_units(amount: str, decimals: str) -> str:
    text = _to_units_text(amount, decimals)
    whole, _, fraction = text.lstrip("-").partition(".")
    if len(fraction.rstrip("0")) > UNIT_DECIMALS or len(whole) > 38 - UNIT_DECIMALS:
        raise ArithmeticError(
            f"to_units: {text} does not fit DECIMAL(38, {UNIT_DECIMALS}). Use to_units_text, which"
            " keeps it as a text."
        )
    return text


def _to_units_text(amount: str, decimals: str) -> str:
    number, places = _integer(amount), _decimals(decimals)
    digits = str(abs(number)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text


def _from_units(units: str, decimals: str) -> str:
    places = _decimals(decimals)
    try:
        amount = _EXACT.scaleb(_EXACT.create_decimal(units.strip()), places)
        whole = _EXACT.to_integral_exact(amount)
        return str(int(whole)) if whole.adjusted() < MOST_DIGITS else _too_long(units)
    except decimal.Inexact:
        raise ArithmeticError(
            f"from_units: {units} has more than {places} decimals. Round it first."
        ) from None
    except (decimal.DecimalException, ValueError, OverflowError):
        raise ArithmeticError(f"from_units takes a number, and {units!r} is none.") from None


def _too_long(text: str) -> str:
    raise ArithmeticError(f"The number {text} has more than {MOST_DIGITS} digits.")


def _decimals(text: str) -> int:
    places = _integer(text)
    if not 0 <= places <= _MOST_DECIMALS:
        raise ArithmeticError(f"A token has 0 to {_MOST_DECIMALS} decimals, not {text}.")
    return places


def _integer(text: str) -> int:
    """Return a whole number; of a DECIMAL or a DOUBLE, only if nothing stands after the point."""
    whole, _, fraction = text.strip().partition(".")
    if "_" not in whole and not fraction.strip("0"):
        with contextlib.suppress(ValueError):
            return int(whole)
    raise ArithmeticError(
        f"The exact functions take whole numbers, and {text!r} is none. from_units makes one of"
        " an amount with decimals."
    )


_FUNCTIONS: Final[dict[str, Callable[[str, str], str | None]]] = {
    "_exact_multiply": _multiply,
    "_exact_divide": _divide,
    "_exact_mod": _mod,
    "_exact_power": _power,
    "_to_units": _to_units,
    "_to_units_text": _to_units_text,
    "_from_units": _from_units,
}
