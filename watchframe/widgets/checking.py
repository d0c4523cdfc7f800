"""Whether a value fits a parameter, in words for the field beside it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from watchframe.errors import (
    MissingParameterError,
    ParameterError,
    ParameterValueError,
    ParameterWarning,
)
from watchframe.models import ParameterDefinition, Query
from watchframe.parameters import JSON, normalise_parameters
from watchframe.parameters.normalise import warn_of_text

NEEDED = "A value is needed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A value as it would be sent now, or why it cannot be."""

    wire: JSON = None
    problem: str = ""
    warning: str = ""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Checker:
    """Checks the values of one query's parameters, each by itself.

    Attributes
    ----------
    query : Query
    timezone : tzinfo
        In which dynamic dates are resolved.
    clock : callable
        Gives now, aware.
    options : dict of str to list of str
        The values of query-based dropdowns, by parameter, once they are known.
    """

    query: Query
    timezone: tzinfo
    clock: Callable[[], datetime] = _now
    options: dict[str, Sequence[str]] = field(default_factory=dict)

    def __call__(self, definition: ParameterDefinition, value: object) -> Checked:
        """Return the wire form of `value`, or the problem with it."""
        if value is None and not definition.use_current_datetime:
            return Checked(problem=NEEDED)
        alone = replace(self.query, text=f"{{{{ {definition.name} }}}}", parameters=(definition,))
        given: Mapping[str, object] = {} if value is None else {definition.name: value}
        try:
            with warnings.catch_warnings(record=True) as said:
                warnings.simplefilter("always", ParameterWarning)
                wire = normalise_parameters(
                    alone,
                    given,
                    now=self.clock(),
                    timezone=self.timezone,
                    dropdown_options=lambda wanted: self.options.get(wanted.name),
                )
                warn_of_text(self.query.text, wire, ())
        except MissingParameterError:
            return Checked(problem=NEEDED)
        except ParameterValueError as error:
            return Checked(problem=f"It takes {error.expected}.")
        except ParameterError as error:
            return Checked(problem=error.message)
        # A name with a dot is warned of twice.
        words = dict.fromkeys(str(item.message) for item in said)
        return Checked(wire=wire[definition.name], warning=" ".join(words))
