"""How many requests a read makes, and that the fewer ones bring no rows of another question."""

import re
import warnings

import msgspec
import pytest

from watchframe import (
    Client,
    ResultCache,
    explain_watch_query,
    read_watch_queries,
    read_watch_query,
    read_watch_sql,
)
from watchframe.demo import DemoServer
from watchframe.errors import (
    CacheWarning,
    ConnectError,
    JobFailedError,
    MissingParameterError,
    NotFoundError,
    ParameterValueError,
    ResultTruncatedWarning,
    UnknownParameterError,
)
from watchframe.models import ParameterDefinition

BORROWS = {"markets": ["WETH"], "period": ("2026-01-01", "2026-01-31")}
FIRST, KNOWN = ["GET", "POST"], ["POST"]
CHOICE = ParameterDefinition(name="p", type="enum", title="P", enum_options=("a", "b"))


@pytest.fixture(scope="module")
def small_server():
    """A server whose saved queries may be edited by these tests."""
    with DemoServer(events=2_000) as server:
        yield server


@pytest.fixture
def demo(small_server):
    small_server.faults.clear()
    small_server.requests.clear()
    yield small_server
    small_server.faults.clear()


@pytest.fixture
def asked(demo):
    """Return what the server was asked since the last call, but for jobs and their results."""

    def asked():
        found = [f"{item.method} {item.path}" for item in demo.requests]
        demo.requests.clear()
        return [line for line in found if not re.search("/jobs/|results/", line)]

    return asked


@pytest.fixture
def methods(asked):
    return lambda: sorted(line.partition(" ")[0] for line in asked())


@pytest.fixture
def limited(demo, tmp_path):
    """Return a client with the key of one query."""
    clients = []

    def make(query_id):
        key = demo.query_key(query_id)
        clients.append(Client(demo.url, key, cache_dir=tmp_path / "limited", timezone="UTC"))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def made(client, text, *parameters, **options):
    return client.queries.create("trips", text, 1, parameters=parameters, options=options).id


def only(frame):
    return frame.iloc[0, 0]


@pytest.mark.parametrize(
    ("query", "first", "other", "known"),
    [
        (13, {"kind": "repay"}, {"kind": "borrow"}, KNOWN),
        (1, {**BORROWS, "min_amount": 10}, {**BORROWS, "min_amount": 11}, KNOWN),
        (23, {"market": "WETH"}, {"market": "INV"}, KNOWN),
        (24, {"markets": ["WETH"]}, {"markets": ["WETH", "INV"]}, KNOWN),
        (13, {"kind": "repay"}, {}, FIRST),  # a default may have been changed
        (1, {**BORROWS, "min_amount": 10}, BORROWS, FIRST),
    ],
)
def test_read_asks_twice_at_first_then_once(client, demo, methods, query, first, other, known):
    client.run_query(20, {}, max_age=-1).close()  # the dropdown's query has run at some time
    demo.requests.clear()
    read_watch_query(query, first, client=client)
    assert methods() == FIRST
    read_watch_query(query, other, client=client)
    assert methods() == FIRST  # the server's cache does not see every edit
    read_watch_query(query, other, max_age="1h", client=client)
    assert methods() == []
    read_watch_query(query, other, max_age=0, client=client)
    assert methods() == known
    read_watch_query(query, other, cache="refresh", client=client)
    assert methods() == known


def test_query_without_parameters_asks_for_its_definition_alone(client, methods):
    read_watch_query(2, client=client)
    assert methods() == FIRST
    read_watch_query(2, client=client)
    assert methods() == ["GET"]
    read_watch_query(2, max_age=0, client=client)
    assert methods() == KNOWN
    ResultCache(client.settings.cache_dir).clear(query_id=2)
    read_watch_query(2, client=client)
    assert methods() == FIRST


@pytest.mark.parametrize("cache", ["off", "use"])
def test_edit_that_the_servers_cache_does_not_see_is_noticed(client, cache):
    query = made(client, "select 'a b {{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, cache="off", client=client)
    read_watch_query(query, {"p": "b"}, cache=cache, client=client)
    read_watch_query(query, {"p": "a"}, cache=cache, client=client)
    ResultCache(client.settings.cache_dir).clear(query_id=query)
    client.queries.update(query, text="select 'ab {{ p }}' as x")
    assert only(read_watch_query(query, {"p": "a"}, cache=cache, client=client)) == "ab a"


def test_read_without_a_cache_knows_what_it_asked_before(client, demo, methods):
    for cache, expected in (("off", FIRST), ("off", KNOWN), ("use", FIRST)):
        frame = read_watch_query(13, {"kind": "repay"}, cache=cache, max_age=0, client=client)
        assert len(frame)
        assert methods() == expected
    query = made(client, "select '{{ p }} old' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, cache="off", client=client)
    client.queries.update(query, text="select '{{ p }} new' as x")
    assert only(read_watch_query(query, {"p": "a"}, cache="off", client=client)) == "a new"


def test_name_is_looked_up_once_and_again_after_a_renaming(client, asked):
    query = client.queries.create("named", "select '{{ p }}' as x", 1, parameters=[CHOICE]).id
    read_watch_query("named", {"p": "a"}, client=client)
    asked()
    read_watch_query("Named", {"p": "a"}, max_age="1h", client=client)
    read_watch_query("named", {"p": "b"}, client=client)
    posted, definition = f"POST /api/queries/{query}/results", f"GET /api/queries/{query}"
    assert sorted(asked())[-2:] == [definition, posted]
    client.queries.update(query, name="named otherwise")
    other = client.queries.create("named", "select 'other {{ p }}' as x", 1, parameters=[CHOICE])
    for max_age in (None, 0):
        frame = read_watch_query("named", {"p": "a"}, max_age=max_age, client=client)
        assert only(frame) == "other a"
    assert frame.attrs["watchframe"]["query_id"] == other.id


def test_name_that_moved_to_another_query_gives_no_rows_of_the_first(client, demo, tmp_path):
    """Under query keys too, whose rows tell no SQL."""
    old, new = (
        client.queries.create(
            f"moving {text}", f"select '{text} {{{{ p }}}}' as x", 1, parameters=[CHOICE]
        )
        for text in ("old", "new")
    )
    keys = {item.id: demo.query_key(item.id) for item in (old, new)}
    with (
        Client(demo.url, query_keys=keys, cache_dir=tmp_path / "ring") as ring,
        Client(demo.url, demo.user_key, cache_dir=tmp_path / "user") as user,
    ):
        for reader in (ring, user):
            read_watch_query("moving old", {"p": "a"}, client=reader)
        read_watch_query(old.id, {"p": "b"}, client=client)
        client.queries.update(old.id, name="moved")
        client.queries.update(new.id, name="moving old")
        for reader, options in ((ring, {}), (user, {"max_age": 0})):
            frame = read_watch_query("moving old", {"p": "b"}, client=reader, **options)
            assert only(frame) == "new b"
            assert frame.attrs["watchframe"]["query_id"] == new.id


def test_query_key_asks_for_the_definition_as_well(client, limited, methods):
    read_watch_query(13, {"kind": "repay"}, client=client)
    reader = limited(13)
    read_watch_query(13, {"kind": "deposit"}, client=reader)
    methods()
    read_watch_query(13, {"kind": "repay"}, client=reader)
    assert methods() == FIRST
    read_watch_query(13, {"kind": "repay"}, max_age="1h", client=reader)
    assert methods() == []


def test_key_among_query_keys_asks_for_the_definition_as_well(client, demo, tmp_path, asked):
    read_watch_query(13, {"kind": "repay"}, client=client)
    keys = {13: demo.query_key(13)}
    with Client(demo.url, query_keys=keys, cache_dir=tmp_path / "ring") as reader:
        read_watch_query(13, {"kind": "deposit"}, client=reader)
        asked()
        read_watch_query(13, {"kind": "repay"}, client=reader)
    assert sorted(asked()) == ["GET /api/queries/13", "POST /api/queries/13/results"]


def test_sql_asks_for_the_data_source_beside_its_execution(client, methods):
    read_watch_sql("select 1", 1, client=client)
    assert methods() == KNOWN
    for sql in ("select 2", "select 3"):
        read_watch_sql(sql, "Lending", client=client)
        assert methods() == FIRST


def test_reads_side_by_side_ask_once_for_a_definition(client, methods):
    read_watch_query(13, {"kind": "repay"}, client=client)
    methods()
    read_watch_queries([(13, {"kind": kind}) for kind in ("borrow", "deposit")], client=client)
    assert methods() == ["GET", "POST", "POST"]
    read_watch_queries([(1, {"min_amount": number}) for number in (1, 2, 3)], client=client)
    assert methods() == ["GET", "POST", "POST", "POST"]


@pytest.mark.parametrize("max_age", [None, 0, 3600])
def test_edited_text_gives_its_own_rows(client, methods, max_age):
    query = made(client, "select '{{ p }} old' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    client.queries.update(query, text="select '{{ p }} new' as x")
    methods()
    frame = read_watch_query(query, {"p": "b"}, max_age=max_age, client=client)
    assert only(frame) == "b new"
    assert methods() == FIRST  # the same value was put into the new text: it ran once
    again = read_watch_query(query, {"p": "b"}, cache="only", client=client)
    assert again.attrs["watchframe"]["cache_key"] == frame.attrs["watchframe"]["cache_key"]
    client.queries.update(query, text="select '{{ p }} old' as x")
    assert only(read_watch_query(query, {"p": "b"}, client=client)) == "b old"


@pytest.mark.parametrize("max_age", [None, 0])
def test_edited_text_under_a_query_key_gives_its_own_rows(client, limited, max_age):
    query = made(client, "select '{{ p }} old' as x", CHOICE)
    reader = limited(query)
    read_watch_query(query, {"p": "a"}, client=reader)
    client.queries.update(query, text="select '{{ p }} new' as x")
    frame = read_watch_query(query, {"p": "b"}, max_age=max_age, client=reader)
    assert only(frame) == "b new"
    client.queries.update(query, text="select '{{ p }} old' as x")
    assert only(read_watch_query(query, {"p": "b"}, client=reader)) == "b old"


@pytest.mark.parametrize("max_age", [None, 0])
@pytest.mark.parametrize("is_limited", [True, False])
def test_changed_default_is_noticed(client, limited, max_age, is_limited):
    defaults = [msgspec.structs.replace(CHOICE, default=value) for value in "ab"]
    query = made(client, "select '{{ p }}' as x", defaults[0])
    reader = limited(query) if is_limited else client
    read_watch_query(query, client=reader)
    ResultCache(reader.settings.cache_dir).clear(query_id=query)
    client.queries.update(query, parameters=defaults[1:])
    frame = read_watch_query(query, max_age=max_age, client=reader)
    assert only(frame) == "b"
    assert frame.attrs["watchframe"]["parameters"] == {"p": "b"}


def test_changed_default_cancels_what_the_old_one_runs(client, demo):
    old, new = (
        ParameterDefinition(name="seconds", type="number", title="S", default=value)
        for value in (60, 0)
    )
    text = "select count(sleep_ms({{ seconds }} * 10)) as n from range(100)"
    query = made(client, text, new)
    read_watch_query(query, client=client)
    definition = client.queries.update(query, parameters=[old])
    cache = ResultCache(client.settings.cache_dir)
    principal = cache.principal(demo.user_key)
    cache.put_document(f"{client.server}/{principal}/query/{query}", definition.to_json())
    client.queries.update(query, parameters=[new])
    demo.requests.clear()
    read_watch_query(query, max_age=0, client=client)
    posted = [item.body["parameters"] for item in demo.requests if item.method == "POST"]
    assert posted == [{"seconds": 60}, {"seconds": 0}]
    assert any(item.method == "DELETE" for item in demo.requests)
    assert demo.running_jobs() == []


def test_new_parameter_with_a_default_is_sent(client):
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    added = msgspec.structs.replace(CHOICE, name="q", default="b")
    client.queries.update(query, text="select '{{ p }}{{ q }}' as x", parameters=[CHOICE, added])
    assert only(read_watch_query(query, {"p": "a"}, client=client)) == "ab"
    needed = msgspec.structs.replace(CHOICE, name="r", enum_options=())
    client.queries.update(query, text="select '{{ p }}{{ r }}' as x", parameters=[CHOICE, needed])
    with pytest.raises(MissingParameterError, match="'r'"):
        read_watch_query(query, {"p": "b"}, client=client)


def test_renamed_parameter_is_named_by_its_error(client):
    renamed = msgspec.structs.replace(CHOICE, name="pp")
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    client.queries.update(query, text="select '{{ pp }}' as x", parameters=[renamed])
    with pytest.raises(UnknownParameterError, match="no parameter 'p'") as caught:
        read_watch_query(query, {"p": "b"}, client=client)
    assert caught.value.known == ("pp",)
    assert only(read_watch_query(query, {"pp": "b"}, client=client)) == "b"


def test_value_that_is_no_option_any_more_is_refused(client):
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    narrower = msgspec.structs.replace(CHOICE, enum_options=("a",))
    client.queries.update(query, parameters=[narrower])
    with pytest.raises(ParameterValueError, match="one of 'a'"):
        read_watch_query(query, {"p": "b"}, client=client)


def test_failure_by_an_old_definition_is_tried_by_the_new_one(client, demo):
    old = ParameterDefinition(name="p", type="text", title="P", default="x")
    query = made(client, "select {{ p }} as n", old)
    with pytest.raises(JobFailedError):
        read_watch_query(query, client=client)
    client.queries.update(query, parameters=[msgspec.structs.replace(old, default="5")])
    assert only(read_watch_query(query, client=client)) == 5
    demo.requests.clear()
    with pytest.raises(JobFailedError):
        read_watch_query(query, {"p": "y"}, client=client)
    assert sum(item.method == "POST" for item in demo.requests) == 1


def test_edit_of_a_comment_alone_runs_nothing_again(client, methods):
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    client.queries.update(query, text="select '{{ p }}' as x -- of markets")
    methods()
    assert only(read_watch_query(query, {"p": "b"}, max_age=0, client=client)) == "b"
    assert methods() == FIRST


@pytest.mark.parametrize("is_on", [True, False])
def test_automatic_limit_that_was_switched_is_noticed(client, is_on):
    number = ParameterDefinition(name="n", type="number", title="N")
    text = "select i from range({{ n }}) as numbers(i)"
    query = made(client, text, number, apply_auto_limit=not is_on)
    read_watch_query(query, {"n": 1}, client=client)
    client.queries.update(query, options={"apply_auto_limit": is_on})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = read_watch_query(query, {"n": 1001}, client=client)
    assert len(frame) == (1000 if is_on else 1001)
    assert [item.category for item in caught] == [ResultTruncatedWarning] * is_on


def test_query_moved_to_another_data_source_is_noticed(client):
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    (other,) = (item.id for item in client.data_sources.list() if item.type == "sqlite")
    client.queries.update(query, data_source_id=other)
    frame = read_watch_query(query, {"p": "b"}, client=client)
    assert only(frame) == "b"
    again = read_watch_query(query, {"p": "b"}, client=client)
    assert again.attrs["watchframe"]["source"] == "local cache"


def test_archived_query_is_read_and_a_missing_one_is_named(client, demo):
    query = made(client, "select '{{ p }}' as x", CHOICE)
    read_watch_query(query, {"p": "a"}, client=client)
    client.queries.archive(query)
    assert only(read_watch_query(query, {"p": "b"}, client=client)) == "b"
    body = b'{"message": "The requested URL was not found on the server."}'
    for request in ("POST .*/results$", "GET /api/queries/[0-9]+$"):
        demo.faults.add(request, status=404, body=body)
    with pytest.raises(NotFoundError, match=f"no query {query}"):
        read_watch_query(query, {"p": "a"}, max_age=0, client=client)


def test_dropdown_is_listed_after_a_refusal_alone(client, asked):
    values = made(client, "select * from (values ('1'), (' 2')) as t(v)")
    choice = ParameterDefinition(name="p", type="query", title="P", dropdown_query_id=values)
    query = made(client, "select '{{ p }}' as x", choice)
    asked()
    assert only(read_watch_query(query, {"p": 1.0}, client=client)) == "1"  # it never ran: refused
    listed = f"GET /api/queries/{query}/dropdowns/{values}"
    assert listed in asked()
    assert only(read_watch_query(query, {"p": 2}, client=client)) == " 2"
    assert sorted(asked()) == [f"GET /api/queries/{query}", f"POST /api/queries/{query}/results"]
    with pytest.raises(ParameterValueError, match="one of '1', ' 2'"):
        read_watch_query(query, {"p": "3"}, client=client)
    assert asked() == [f"GET /api/queries/{query}", listed]


def test_dropdown_that_may_not_be_listed_does_not_matter(client, demo):
    client.run_query(20, {}, max_age=-1).close()
    demo.faults.add("GET .*/dropdowns/", status=403, times=9)
    read_watch_query(23, {"market": "WETH"}, client=client)
    demo.requests.clear()
    for given in ({"cache": "only"}, {"max_age": "1h"}):
        assert len(read_watch_query(23, {"market": "WETH"}, client=client, **given))
    assert demo.requests == []


def test_explanation_survives_an_outage_as_the_read_does(tmp_path):
    with DemoServer(events=1_000) as server:
        settings = {"cache_dir": tmp_path, "max_retries": 0}
        strict = Client(server.url, server.user_key, **settings)
        forgiving = Client(server.url, server.user_key, stale_if_error=True, **settings)
        read_watch_query(2, client=strict)
    with pytest.raises(ConnectError):
        explain_watch_query(2, client=strict)
    plan = explain_watch_query(2, client=forgiving)
    assert (plan.decision.action, plan.decision.reason) == ("use", "stale-if-error")
    assert "the server is away, and the settings allow it" in str(plan)
    with pytest.warns(CacheWarning):
        assert len(read_watch_query(2, client=forgiving))
    with pytest.raises(ConnectError):
        explain_watch_query(2, max_age=0, client=forgiving)
    strict.close()
    forgiving.close()
