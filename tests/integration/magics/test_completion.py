"""Completion in a shell, against the demo server."""

from __future__ import annotations

import pytest

import watchframe


@pytest.fixture
def offered(shell):
    """What a mark ``|`` is offered, once the server has answered; without what stands before it."""

    def ask(cell):
        shell.complete(cell)
        before = cell[: cell.index("|")].rstrip(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
        )
        return [item.removeprefix(before) for item in shell.complete(cell)]

    return ask


def test_completion_when_a_query_is_due_offers_ids_by_number_and_by_name(shell):
    by_name = shell.complete("%watch borrows by|")
    assert "%watch borrows by" in by_name  # two words: the second is no name's beginning any more
    assert "%watch 1" in shell.complete("%watch Borrows|")
    assert {"%watch 1", "%watch 10"} <= set(shell.complete("%watch 1|"))
    assert "%watch 2" not in shell.complete("%watch 1|")


def test_completion_when_an_option_is_due_offers_those_that_are_not_given(offered):
    assert "--refresh" in offered("%watch 1 -p a=1 |")
    assert "--refresh" not in offered("%watch 1 --refresh |")
    assert "--param" in offered("%watch 1 -p a=1 |")


def test_completion_when_a_source_is_due_quotes_names_with_spaces(offered):
    found = offered("%%watch --source |")
    assert "Lending" in found
    assert "'Lending (DuckDB)'" in found


def test_completion_when_parameters_are_due_offers_those_that_are_not_given(offered):
    assert offered("%watch 1 -p |") == ["markets=", "period=", "min_amount="]
    assert offered("%watch 1 -p period=d_now -p |") == ["markets=", "min_amount="]
    assert offered("%%watch 1\nmarkets: [WETH]\n|") == ["period: ", "min_amount: "]


def test_completion_when_a_page_is_named_offers_its_parameters(offered, demo):
    assert "markets=" in offered(f"%watch {demo.url}/queries/1 -p |")


def test_completion_when_the_page_is_another_servers_asks_nothing(offered, demo):
    before = len(demo.requests)
    assert offered("%watch https://elsewhere.example/queries/1 -p |") == [""]
    assert len(demo.requests) == before


def test_completion_when_a_value_is_due_offers_choices_and_dynamic_dates(offered):
    assert offered("%watch 13 -p kind=|") == [
        "borrow",
        "repay",
        "deposit",
        "withdraw",
        "liquidation",
    ]
    assert offered("%watch 30 -p day=|") == ["d_now", "d_yesterday"]
    assert "d_last_30_days" in offered("%watch 33 -p period=|")
    assert offered("%watch 12 -p min_usd=|") == [""]


@pytest.mark.parametrize("form", ["%watch 57 -p choice={}", "%%watch 57\nchoice: {}"])
def test_completion_when_a_choice_has_odd_signs_writes_it_so_that_it_is_read(shell, form):
    shell.complete(form.format("|"))
    for line in shell.complete(form.format("|")):
        frame = shell.value(line)
        assert frame["choice"].tolist() == [frame.attrs["watchframe"]["parameters"]["choice"]]


def test_completion_when_the_answer_is_late_has_it_at_the_next_time(plain_shell, demo, tmp_path):
    plain_shell.value("%load_ext watchframe")
    demo.faults.add("GET /api/queries/14$", delay=1.0)
    with watchframe.connect(demo.url, demo.user_key, cache_dir=tmp_path / "cache"):
        assert plain_shell.complete("%watch 14 -p |") == ["%watch 14 -p "]
        for _ in range(100):
            found = plain_shell.complete("%watch 14 -p |")
            if found != ["%watch 14 -p "]:
                break
    assert found == ["%watch 14 -p decimals="]


def test_completion_when_connected_anew_asks_the_new_server(shell, demo, tmp_path):
    assert "%watch 1" in shell.complete("%watch 1|")
    with watchframe.connect("http://127.0.0.1:9", "key", cache_dir=tmp_path / "other"):
        assert shell.complete("%watch 1|") == ["%watch 1"]
        assert shell.complete("%watch 1 -p |") == ["%watch 1 -p "]


def test_completion_when_a_query_key_may_not_list_is_silent_and_knows_its_query(
    plain_shell, demo, tmp_path
):
    plain_shell.value("%load_ext watchframe")
    with watchframe.connect(demo.url, demo.query_key(1), cache_dir=tmp_path / "cache"):
        assert plain_shell.complete("%watch |") == ["%watch "]
        plain_shell.complete("%watch 1 -p |")
        assert "%watch 1 -p markets=" in plain_shell.complete("%watch 1 -p |")
