"""What was probably meant by words that are no option, such as ``--markets WETH``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watchframe.parameters.text_syntax import BRACKETS, closing_bracket, write_value

#: Words of a line that name a query: an id, or an address.
REFERENCE = re.compile(r"\d+|.*/.*", re.DOTALL)
#: A word that begins an option; ``-5`` is a value.
_OPTION = re.compile(r"--?[^\W\d][^=]*", re.DOTALL)
#: How alike two names must be: above, a name that no definition is known of is a parameter.
_ALIKE, _SURELY = 0.6, 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A line with its wrong words put right.

    Attributes
    ----------
    words : tuple of str
        The whole of it.
    has_parameters : bool
        Whether a wrong option was a parameter.
    has_name : bool
        Whether the first words are one name, which lacks its quotes.
    """

    words: tuple[str, ...]
    has_parameters: bool
    has_name: bool

    @property
    def is_told_whole(self) -> bool:
        """Whether the line says more than the name of another option would."""
        return self.has_parameters or self.has_name


def corrected(
    words: Sequence[str],
    flags: Mapping[str, bool],
    parameters: Mapping[str, bool] | None,
) -> Correction | None:
    """Return what was probably meant; None where a wrong word is like nothing that is known.

    Parameters
    ----------
    words : sequence of str
        The line as it was typed.
    flags : mapping of str to bool
        The options that there are, and whether each takes a value.
    parameters : mapping of str to bool, or None
        The query's parameters, and whether each takes several values. None where they are not
        known: then every wrong option with a value is one.
    """
    length = _name_length(words)
    left = list(words[length:])
    right = [" ".join(words[:length])] if length else []
    has_reference, has_parameters = length > 0, False
    while left:
        word = left.pop(0)
        flag, equals, value = word.partition("=")
        if flag in flags or (word[:2] in flags and word[:2] != "--"):
            right += [word, *_one(left, is_wanted=flags.get(flag, False) and not equals)]
        elif _OPTION.fullmatch(flag):
            meant = _meant(flag, flags, parameters)
            if meant is None:
                return None
            if meant in flags:
                right += [
                    f"{meant}{equals}{value}",
                    *_one(left, is_wanted=flags[meant] and not equals),
                ]
                continue
            values = [value] if equals else []
            if not equals or (value[:1] in BRACKETS and closing_bracket(value) is None):
                values += _values(left, may_have_reference=not has_reference)
            if not values:
                return None
            takes_several = parameters is None or parameters[meant]
            right += ["-p", f"{meant}={_joined(values, takes_several=takes_several)}"]
            has_parameters = True
        elif has_reference and equals and (parameters is None or flag in parameters):
            right += ["-p", word]
            has_parameters = True
        else:
            has_reference = True
            right.append(word)
    return Correction(words=tuple(right), has_parameters=has_parameters, has_name=length > 1)


def _name_length(words: Sequence[str]) -> int:
    """Return how many words at the beginning are one name; 0 where the first is none."""
    if not words or REFERENCE.fullmatch(words[0]):
        return 0
    others = (at for at, word in enumerate(words) if _OPTION.match(word) or "=" in word)
    return next(others, len(words))


def _one(left: list[str], *, is_wanted: bool) -> list[str]:
    """Take the next word where an option wants a value, which is not always needed."""
    return [left.pop(0)] if is_wanted and left and not _OPTION.match(left[0]) else []


def _values(left: list[str], *, may_have_reference: bool) -> list[str]:
    """Take the words up to the next option, of which the last may be the query."""
    end = next((at for at, word in enumerate(left) if _OPTION.match(word)), len(left))
    if may_have_reference and end > 1 and REFERENCE.fullmatch(left[end - 1]):
        end -= 1
    taken, left[:] = left[:end], left[end:]
    return taken


def _meant(
    flag: str, flags: Mapping[str, bool], parameters: Mapping[str, bool] | None
) -> str | None:
    """Return the option or the parameter that is probably meant."""
    name = flag.lstrip("-")
    by_fold = {_folded(known): known for known in parameters or ()}
    if _folded(name) in by_fold:
        return by_fold[_folded(name)]
    if not flag.startswith("--"):
        return next((item for item in flags if item.startswith(f"-{flag}")), None)
    known = {item: item for item in flags if item.startswith("--")}
    known |= {f"--{item}": it for item, it in by_fold.items()}
    cutoff = _SURELY if parameters is None else _ALIKE
    found = difflib.get_close_matches(flag.replace("_", "-"), known, n=1, cutoff=cutoff)
    found = found or difflib.get_close_matches(f"--{_folded(name)}", known, n=1, cutoff=cutoff)
    if found:
        return known[found[0]]
    return name if parameters is None else None


def _folded(name: str) -> str:
    return re.sub(r"[-\s]", "_", name).casefold()


def _joined(values: Sequence[str], *, takes_several: bool) -> str:
    """Return words as one value: a bracket that was taken apart, a list, or a text with spaces."""
    text = " ".join(values)
    is_whole = text[:1] in BRACKETS and closing_bracket(text) == len(text) - 1
    if len(values) == 1 or is_whole or not takes_several:
        return text
    return write_value([value.rstrip(",") for value in values])
