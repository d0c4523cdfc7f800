"""Hints of errors in Python: they name arguments and functions, and no option of another face."""

import pytest

from watchframe import Client, read_watch_dashboard, read_watch_query, read_watch_sql
from watchframe.errors import (
    ArgumentError,
    CacheMissError,
    JobTimeoutError,
    ParameterError,
    ResponseError,
    WatchframeError,
)


def hint(read, *arguments, raises=WatchframeError, **options):
    with pytest.raises(raises) as caught:
        read(*arguments, **options)
    assert "--" not in caught.value.hint
    return caught.value.hint


@pytest.mark.parametrize(
    ("read", "arguments", "says"),
    [
        (read_watch_query, (58,), "Give it one in params, {'decimals': ...}: "),
        (read_watch_sql, ("select '{{ kind }}'", "Lending"), "in params, {'kind': ...}: "),
        (read_watch_query, (1, {"markets": "WETH, INV"}), "give a list: ['WETH', 'INV']."),
        (read_watch_query, (1, {"period.start": 1}), "{'period': (start, end)}"),
        (read_watch_dashboard, (1, {"min_amount": 5}), "read_watch_query(1, {'min_amount': ...})"),
        (read_watch_query, ("https://elsewhere.example/queries/1",), "or pass client=Client("),
    ],
)
def test_hint_names_arguments_and_functions(client, read, arguments, says):
    kinds = (ArgumentError, ParameterError, WatchframeError)
    assert says in hint(read, *arguments, client=client, raises=kinds)


def test_hint_of_a_missing_copy_names_the_argument(client):
    assert 'cache="use"' in hint(
        read_watch_query, 2, cache="only", client=client, raises=CacheMissError
    )


def test_hint_of_an_outage_names_the_stale_copy_argument(demo, tmp_path):
    with Client(demo.url, demo.user_key, cache_dir=tmp_path, max_retries=0) as client:
        read_watch_query(2, client=client)
        demo.faults.add("POST .*/results$", status=502)
        words = hint(read_watch_query, 2, max_age=0, client=client, raises=ResponseError)
        assert words.endswith('is in the local cache: cache="only" takes it.')
        demo.faults.add("POST .*/results$", status=502)
        words = hint(read_watch_query, 2, cache="off", client=client, raises=ResponseError)
        assert "with the same parameters and max_age=:" in words


def test_hint_under_query_key_says_the_query_goes_on(demo, client, tmp_path):
    # The poll is answered late, so that the time is over when the job is known.
    demo.faults.add("GET /api/queries/50/jobs/", delay=3)
    with (
        Client(demo.url, demo.query_key(50), cache_dir=tmp_path / "other") as limited,
        pytest.raises(JobTimeoutError) as caught,
    ):
        read_watch_query(50, {"seconds": 33}, timeout=2, client=limited)
    client.jobs.cancel(caught.value.job_id)
    assert caught.value.is_cancelled is False
    assert caught.value.hint.startswith("The query keeps running on the server")
    assert caught.value.hint.endswith("or give a longer timeout=.")
