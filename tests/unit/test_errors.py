"""The error tree."""

import ast
import inspect
import pickle
import warnings
from pathlib import Path

import pytest

from watchframe import errors

PACKAGE = Path(errors.__file__).parent
ERROR_CLASSES = [
    item
    for item in vars(errors).values()
    if inspect.isclass(item) and issubclass(item, errors.WatchframeError)
]
WARNING_CLASSES = [
    item
    for item in vars(errors).values()
    if inspect.isclass(item) and issubclass(item, errors.WatchframeWarning)
]
FACTS = {
    "name": "market",
    "status": 404,
    "value": 5,
    "expected": "a string",
    "reason": 'relation "x" does not exist\nLINE 1',
    "timeout": 300.0,
}


def make(cls, message="It did not work.", hint="Try again."):
    required = {
        name: FACTS[name]
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    }
    return cls(message, hint=hint, **required)


@pytest.mark.parametrize("cls", ERROR_CLASSES)
def test_str_of_every_error_gives_message_and_hint(cls):
    assert str(make(cls)) == "It did not work.\nHint: Try again."


@pytest.mark.parametrize("cls", ERROR_CLASSES)
def test_error_writes_control_characters_out(cls):
    error = make(cls, "It said \x1b[2J\u202e.\n\tThere.", "Ask \x9b again.")
    shown = "It said \\x1b[2J\\u202e.\n\tThere."
    assert (error.message, error.args) == (shown, (shown,))
    assert str(error) == f"{shown}\nHint: Ask \\x9b again."


def test_error_keeps_the_facts_as_they_are():
    said = "\x1b[31mred\x1b[0m"
    assert errors.JobFailedError(said, reason=said).reason == said
    assert errors.ResponseError(said, status=500, server_message=said).server_message == said


@pytest.mark.parametrize("cls", WARNING_CLASSES)
def test_warning_writes_control_characters_out(cls):
    with pytest.warns(cls) as caught:
        warnings.warn("It said \x1b[2J\u202e.", cls, stacklevel=1)
    assert str(caught[0].message) == "It said \\x1b[2J\\u202e."


@pytest.mark.parametrize("cls", ERROR_CLASSES)
def test_pickle_of_every_error_keeps_class_and_facts(cls):
    error = make(cls)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is cls
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("cls", ERROR_CLASSES)
def test_replace_returns_another_error_with_the_other_facts(cls):
    error = make(cls)
    error.add_note("in read 3")
    again = error.replace(message="It failed\x07.", hint="Wait.")
    assert type(again) is cls
    assert str(again) == "It failed\\x07.\nHint: Wait."
    assert str(error) == "It did not work.\nHint: Try again."
    changed = {"message": "It failed\\x07.", "hint": "Wait."}
    assert vars(again) == {**vars(error), **changed}
    assert again.__notes__ is not error.__notes__


def test_error_replace_keeps_traceback_and_facts():
    with pytest.raises(errors.JobTimeoutError) as caught:
        raise errors.JobTimeoutError("It took too long.", timeout=3.0)
    again = caught.value.replace(job_id="7", is_cancelled=False)
    assert (again.timeout, again.job_id, again.is_cancelled) == (3.0, "7", False)
    assert again.__traceback__ is caught.value.__traceback__
    with pytest.raises(TypeError, match="status"):
        again.replace(status=404)


def test_no_code_changes_an_error_that_was_raised():
    facts = {name for cls in ERROR_CLASSES for name in inspect.signature(cls).parameters}
    for module in PACKAGE.rglob("*.py"):
        for handler in ast.walk(ast.parse(module.read_text())):
            if isinstance(handler, ast.ExceptHandler) and handler.name:
                targets = [
                    item
                    for item in ast.walk(handler)
                    if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store)
                ]
                assert not [item.attr for item in targets if item.attr in facts], module


@pytest.mark.parametrize(
    ("cls", "base"),
    [
        (errors.QueryReferenceError, ValueError),
        (errors.ParameterError, ValueError),
        (errors.DecodeError, ValueError),
        (errors.ConnectError, ConnectionError),
        (errors.TransportTimeoutError, TimeoutError),
        (errors.JobTimeoutError, TimeoutError),
        (errors.AccessDeniedError, PermissionError),
        (errors.NotFoundError, LookupError),
        (errors.CacheMissError, LookupError),
    ],
)
def test_error_is_caught_by_its_built_in_base(cls, base):
    with pytest.raises(base):
        raise make(cls)


def test_all_lists_every_public_class():
    public = {
        name
        for name, item in vars(errors).items()
        if inspect.isclass(item) and item.__module__ == errors.__name__
    }
    assert set(errors.__all__) == public


def test_tree_in_docstring_names_every_error():
    for cls in ERROR_CLASSES:
        assert cls.__name__ in errors.__doc__
