"""A query with a limit and an offset, page by page, against the demo server."""

import pytest

from watchframe import read_watch_sweep
from watchframe.errors import ArgumentError, UnknownParameterError
from watchframe.models import ParameterDefinition

PAGE = {"limit": "rows", "offset": "start", "size": 10}
LIMIT = "limit {{ rows }} offset {{ start }}"


def posts(demo):
    return [item for item in demo.requests if item.method == "POST"]


def paged(client, text, *more, **options):
    names = ("rows", "start", *more)
    parameters = [ParameterDefinition(name=name, type="number", title=name) for name in names]
    return client.queries.create("paged", text, 1, parameters=parameters, **options).id


@pytest.mark.parametrize(("rows", "pages"), [(25, 3), (20, 3), (9, 1), (0, 1)])
def test_pages_give_every_row_once_until_one_is_short(client, rows, pages):
    query = paged(client, f"select n from range({rows}) as t(n) order by n {LIMIT}")
    frame = read_watch_sweep(query, page=PAGE, client=client)
    assert list(frame["n"]) == list(range(rows))
    assert len(frame.attrs["watchframe"]["reads"]) == pages


def test_read_watch_query_reads_pages_with_other_parameters(client):
    query = paged(
        client,
        f"select n from range(25) as t(n) where n >= {{{{ low }}}} order by n {LIMIT}",
        "low",
    )
    frame = read_watch_sweep(query, {"low": 7}, page=PAGE, client=client)
    assert list(frame["n"]) == list(range(7, 25))


def test_second_run_takes_the_pages_from_the_local_cache(client, demo):
    query = paged(client, f"select n from range(25) as t(n) order by n {LIMIT}")
    read_watch_sweep(query, page=PAGE, max_age="1h", client=client)
    demo.requests.clear()
    read_watch_sweep(query, page=PAGE, max_age="1h", client=client)
    assert demo.requests == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"select n from (select * from t order by n) -- order by n\n{LIMIT}",
            "no ORDER BY",
        ),
        (f"select n from range(25) as t(n) order by random() {LIMIT}", "no order that stays"),
        (f"select n from range(25) as t(n) order by (select null) {LIMIT}", "no order that stays"),
        ("select n from range(25) as t(n) order by n limit {{ rows }}", "does not use .* 'start'"),
    ],
)
def test_order_that_is_none_is_refused_before_anything_runs(client, demo, text, words):
    query = paged(client, text)
    demo.requests.clear()
    with pytest.raises(ArgumentError, match=words):
        read_watch_sweep(query, page=PAGE, client=client)
    assert posts(demo) == []


def test_order_with_equal_rows_at_a_border_is_refused(client):
    query = paged(client, f"select n, n // 4 as four from range(25) as t(n) order by four {LIMIT}")
    with pytest.raises(ArgumentError, match="four, which is 2 in row 10 and in the next one"):
        read_watch_sweep(query, page=PAGE, client=client)
    unique = paged(client, f"select n, n // 4 as four from range(25) t(n) order by 2, 1 {LIMIT}")
    assert list(read_watch_sweep(unique, page=PAGE, client=client)["n"]) == list(range(25))


def test_offset_that_moves_nothing_does_not_read_for_ever(client, demo):
    query = paged(
        client, "select n from range(25) t(n) order by n limit {{ rows }} offset 0 * {{ start }}"
    )
    demo.requests.clear()
    with pytest.raises(ArgumentError, match="are the same"):
        read_watch_sweep(query, page=PAGE, client=client)
    assert len(posts(demo)) == 2


def test_limit_that_limits_nothing_is_refused(client):
    query = paged(
        client, "select n from range(25) t(n) where {{ rows }} > 0 order by n offset {{ start }}"
    )
    with pytest.raises(ArgumentError, match="has 25 rows where 10 were asked for"):
        read_watch_sweep(query, page=PAGE, client=client)


def test_page_cut_by_the_server_limit_is_not_the_last(client):
    text = (
        "select n from (select n, row_number() over (order by n) as place from range(5000) t(n)) "
        "where place > {{ start }} and place <= {{ start }} + {{ rows }} order by n"
    )
    query = paged(client, text, options={"apply_auto_limit": True})
    with pytest.raises(ArgumentError, match="1,000 rows where 2,000 were asked for"):
        read_watch_sweep(query, page={**PAGE, "size": 2000}, client=client)
    whole = read_watch_sweep(query, page={**PAGE, "size": 900}, client=client)
    assert list(whole["n"]) == list(range(5000))


def test_limit_of_1000_in_the_query_is_not_the_servers(client, recwarn):
    text = "select n from range(2500) t(n) order by n offset {{ start }} limit {{ rows }}"
    query = paged(client, text, options={"apply_auto_limit": True})
    frame = read_watch_sweep(query, page={**PAGE, "size": 1000}, client=client)
    assert list(frame["n"]) == list(range(2500))
    assert [str(item.message) for item in recwarn] == []


@pytest.mark.parametrize(
    ("page", "params", "error"),
    [
        ({"limit": "rows", "offset": "start"}, None, "page is"),
        ({**PAGE, "more": 1}, None, "page is"),
        ({**PAGE, "size": 0}, None, "the size 0"),
        ({**PAGE, "size": "10"}, None, "the size '10'"),
        ({**PAGE, "size": True}, None, "the size True"),
        ({**PAGE, "offset": "rows"}, None, "for limit and offset"),
        (PAGE, {"start": 5}, "which page sets"),
    ],
)
def test_page_that_cannot_mean_anything_is_refused(client, demo, page, params, error):
    query = paged(client, f"select n from range(25) as t(n) order by n {LIMIT}")
    with pytest.raises(ArgumentError, match=error):
        read_watch_sweep(query, params, page=page, client=client)
    assert posts(demo)[1:] == []


def test_page_of_unknown_parameter_names_the_nearest(client):
    query = paged(client, f"select n from range(25) as t(n) order by n {LIMIT}")
    with pytest.raises(UnknownParameterError, match="'begin'"):
        read_watch_sweep(query, page={**PAGE, "offset": "begin"}, client=client)


@pytest.mark.slow
def test_pages_are_counted_on_stderr(client, capsys):
    query = paged(
        client,
        "select n, (select count(*) from range(200000000) t(m) where m % 7 = {{ start }} % 7) as m "
        f"from range(25) t(n) order by n {LIMIT}",
    )
    read_watch_sweep(query, page=PAGE, progress=True, client=client)
    out, drawn = capsys.readouterr()
    assert out == ""
    assert "page" in drawn
    assert "rows" in drawn
