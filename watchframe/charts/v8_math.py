"""Logarithms and powers of ten as V8 has them, whose last digits are not always those of Python.

V8 computes them by the methods of fdlibm (https://www.netlib.org/fdlibm/, `e_log.c` and
`e_pow.c`): the number is a power of two and a rest near one, of which a series is summed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

# The logarithm of two in parts, of which the high one has fewer bits.
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_EVEN_TERMS = (1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
_ODD_TERMS = (
    1.479819860511658591e-01,
    1.818357216161805012e-01,
    2.857142874366239149e-01,
    6.666666666666735130e-01,
)
#: Bits of the mantissa from which a number is halved, and between which it is near that.
_ROOT_OF_TWO, _NEAR_ROOT = 0x6A09C, range(0x6147A, 0x6B852)
_NEAR_ONE = 2.0**-20

# The logarithm of ten to base two, and that of two as powers have it, in parts.
_LOG2_OF_TEN, _LOG2_REST = 3.321928024291992, 7.05953701603694e-08
_POWER_LN2_HIGH, _POWER_LN2_LOW = 0.693147182464599609375, -1.90465429995776804525e-09
_POWER_TERMS = (
    4.13813679705723846039e-08,
    -1.65339022054652515390e-06,
    6.61375632143793436117e-05,
    -2.77777777770155933842e-03,
    1.66666666666666019037e-01,
)


def logarithm(number: float) -> float:
    """Return the natural logarithm of a number above zero."""
    mantissa, exponent = math.frexp(number)
    bits = struct.unpack("<q", struct.pack("<d", mantissa))[0] >> 32 & 0xFFFFF
    if bits < _ROOT_OF_TWO:
        mantissa, exponent = mantissa * 2, exponent - 1
    rest = mantissa - 1
    high, low = exponent * _LN2_HIGH, exponent * _LN2_LOW
    if abs(rest) < _NEAR_ONE:
        square = rest * rest * (0.5 - 0.33333333333333333 * rest)
        return high - ((square - low) - rest)
    share = rest / (2 + rest)
    square = share * share
    fourth = square * square
    series = _sum(_ODD_TERMS, fourth) * square + _sum(_EVEN_TERMS, fourth) * fourth
    if bits in _NEAR_ROOT:
        half = 0.5 * rest * rest
        return high - ((half - (share * (half + series) + low)) - rest)
    return high - ((share * (rest - series) - low) - rest)


def power_of_ten(exponent: float) -> float:
    """Return ten to a power."""
    if exponent == 1 / 2:
        return math.sqrt(10)
    coarse = _coarse(exponent)
    rest = (exponent - coarse) * _LOG2_OF_TEN + exponent * _LOG2_REST
    power = coarse * _LOG2_OF_TEN
    whole = round(rest + power)
    power -= whole
    coarse = _coarse(rest + power)
    high = coarse * _POWER_LN2_HIGH
    low = (rest - (coarse - power)) * math.log(2) + coarse * _POWER_LN2_LOW
    total = high + low
    left = low - (total - high)
    square = total * total
    series = total - _sum(_POWER_TERMS, square) * square
    # fdlibm subtracts `left` from the quotient, and V8 from what it divides by.
    quotient = total * series / ((series - 2) - (left + total * left))
    return math.ldexp(1 - (quotient - total), whole)


def _sum(terms: Sequence[float], number: float) -> float:
    result = 0.0
    for term in terms:
        result = term + number * result
    return result


def _coarse(number: float) -> float:
    """Return a number without the lower half of its bits."""
    return float(struct.unpack("<d", bytes(4) + struct.pack("<d", number)[4:])[0])
