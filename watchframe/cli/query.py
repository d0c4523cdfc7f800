"""``watchframe query``: the rows of a saved query."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from watchframe.cli.command import command
from watchframe.cli.completion import complete_query
from watchframe.cli.connection import GlobalOptions, connect
from watchframe.cli.messages import note
from watchframe.cli.options import (
    at_option,
    local_options,
    many_options,
    parameter_sets,
    read_arguments,
    reading_options,
    run_locally_option,
    source_option,
    split_of,
)
from watchframe.cli.output import Destination
from watchframe.errors import AccessDeniedError, ArgumentError, NotFoundError
from watchframe.plain_text import escaped, plain_text
from watchframe.references import parse_reference
from watchframe.reprs.words import first_few
from watchframe.vocabulary import check_together

if TYPE_CHECKING:
    from watchframe.client import Client
    from watchframe.models import ParameterDefinition, Query
    from watchframe.read import ReadPlan


@command(short_help="Run a saved query, and show or keep its rows.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@run_locally_option
@reading_options
@at_option
@many_options
@click.pass_obj
def query(
    options: GlobalOptions,
    /,
    *,
    reference: str,
    output: str | None,
    format_: str | None,
    is_json: bool,
    rows: int | None,
    explain: bool,
    run_locally: bool,
    at: str | None,
    each: tuple[str, ...],
    split: str | None,
    append_to: str | None,
    again: int,
    concurrency: int,
    **given: Any,
) -> None:
    """Run a saved query, and show or keep its rows.

    QUERY is its id, its name in quotes, or the address of its page or of its results, whose p_
    values are parameters.
    """
    from watchframe import read  # noqa: PLC0415 - help needs no reading

    check_together(
        {
            **given,
            "explain": explain,
            "run_locally": run_locally,
            "at": at,
            "each": each,
            "split": split,
            "append_to": append_to,
        }
    )
    if append_to is not None and (output or format_ or is_json or rows is not None):
        raise click.UsageError(
            "--append-to shows no rows: leave -o, --format, --json and --rows out."
        )
    asked = parse_reference(reference)
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    params, max_age, cache = arguments["params"], arguments["max_age"], arguments["cache"]
    sets = parameter_sets(params, each)
    pieces = split_of(split)
    client = connect(options, asked)
    if explain:
        plan = read.explain_watch_query(
            asked,
            params,
            max_age=max_age,
            cache=cache,
            timeout=arguments["timeout"],
            client=client,
        )
        _show_plan(plan, is_json=is_json)
        return
    how: read.ReadArguments = {
        "max_age": max_age,
        "cache": cache,
        "timeout": arguments["timeout"],
        "columns": arguments["columns"],
        "expect": arguments["expect"],
        "client": client,
        "progress": False if options.is_quiet else None,
    }
    if append_to is not None or again:
        appended = read.append_to_file(
            asked,
            sets,
            split=pieces,
            append_to=append_to,
            again=again,
            concurrency=concurrency,
            max_age=max_age,
            cache=cache,
            timeout=arguments["timeout"],
            client=client,
            progress=how["progress"],
        )
        if not options.is_quiet:
            note(str(appended))
        return
    if at is not None:
        shown = read.Output("arrow", arguments["columns"], expect=arguments["expect"])
        table = read.read_past(asked, at, params, output=shown, client=client)
    elif each or pieces is not None:
        table = read.read_watch_sweep(
            asked, sets, split=pieces, concurrency=concurrency, output="arrow", **how
        )
    else:
        table = read.read_watch_query(asked, params, run_locally=run_locally, output="arrow", **how)
    destination.write(table, is_quiet=options.is_quiet)


@command(short_help="Run SQL on a data source, and show or keep its rows.")
@click.argument("statement", metavar="SQL")
@source_option
@reading_options
@click.pass_obj
def sql(
    options: GlobalOptions,
    /,
    *,
    statement: str,
    source: str,
    output: str | None,
    format_: str | None,
    is_json: bool,
    rows: int | None,
    explain: bool,
    **given: Any,
) -> None:
    """Run SQL on a data source, and show or keep its rows.

    SQL may hold {{ name }} where parameters go: the server puts them in as they are, without any
    quoting. - reads it from standard input.
    """
    from watchframe import read  # noqa: PLC0415 - help needs no reading
    from watchframe.read.options import data_source  # noqa: PLC0415 - likewise

    check_together({**given, "explain": explain})
    text = _statement(statement)
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    what = text, data_source(source), arguments["params"]
    max_age, cache = arguments["max_age"], arguments["cache"]
    client = connect(options)
    if explain:
        plan = read.explain_watch_sql(
            *what, max_age=max_age, cache=cache, timeout=arguments["timeout"], client=client
        )
        _show_plan(plan, is_json=is_json)
        return
    table = read.read_watch_sql(
        *what,
        output="arrow",
        max_age=max_age,
        cache=cache,
        timeout=arguments["timeout"],
        columns=arguments["columns"],
        expect=arguments["expect"],
        client=client,
        progress=False if options.is_quiet else None,
    )
    destination.write(table, is_quiet=options.is_quiet)


def _show_plan(plan: ReadPlan, *, is_json: bool) -> None:
    if is_json:
        click.echo(escaped(json.dumps(plan.to_json(), ensure_ascii=False, indent=2)))
    else:
        click.echo(str(plan))


@command(short_help="Run SQL over results on this machine, and show or keep its rows.")
@click.argument("statement", metavar="SQL")
@local_options
@click.pass_obj
def local(
    options: GlobalOptions,
    /,
    *,
    statement: str,
    output: str | None,
    format_: str | None,
    is_json: bool,
    rows: int | None,
    **given: Any,
) -> None:
    """Run SQL over results on this machine, and show or keep its rows.

    SQL names the results as tables: query_42, cached_query_42, param_query_42_{a=1}, query('name').
    Values are put in safely where it has {{ name }}. - reads it from standard input.
    """
    from watchframe import read  # noqa: PLC0415 - help needs no reading

    check_together(given)
    text = _statement(statement)
    destination = Destination.of(output=output, format_=format_, is_json=is_json, rows=rows)
    arguments = read_arguments(**given)
    table = read.read_watch_local(
        text,
        arguments["params"],
        output="arrow",
        max_age=arguments["max_age"],
        cache=arguments["cache"],
        timeout=arguments["timeout"],
        columns=arguments["columns"],
        expect=arguments["expect"],
        client=connect(options),
        progress=False if options.is_quiet else None,
    )
    destination.write(table, is_quiet=options.is_quiet)


def _statement(typed: str) -> str:
    """Return the SQL of a command; - reads it from standard input."""
    text = sys.stdin.read() if typed == "-" else typed
    if not text.strip():
        raise ArgumentError("There is no SQL.", hint="Give it in quotes, or - and on stdin.")
    return text


#: Choices that are named; --json has all.
_CHOICES = 20


@command(short_help="Show a query's parameters, their choices, and its SQL.")
@click.argument("reference", metavar="QUERY", shell_complete=complete_query)
@click.option("--json", "is_json", is_flag=True, help="As JSON, with every choice.")
@click.pass_obj
def show(options: GlobalOptions, *, reference: str, is_json: bool) -> None:
    """Show a saved query: its parameters with types, choices and defaults, and its SQL.

    QUERY is its id, its name in quotes, or the address of its page. Nothing is executed, but for a
    dropdown's query that has never run.
    """
    asked = parse_reference(reference)
    client = connect(options, asked)
    query = client.queries.get(asked)
    facts = _facts(client, query)
    if is_json:
        click.echo(escaped(json.dumps(facts, ensure_ascii=False, indent=2)))
        return
    click.echo(plain_text("\n".join(_lines(query, facts))))


def _facts(client: Client, query: Query) -> dict[str, object]:
    from watchframe.parameters.normalize import definitions_of  # noqa: PLC0415 - help needs none of it

    return {
        "id": query.id,
        "name": query.name,
        "url": f"{client.server}/queries/{query.id}",
        "description": query.description,
        "tags": list(query.tags),
        "owner": query.owner,
        "data_source_id": query.data_source_id,
        "is_draft": query.is_draft,
        "is_archived": query.is_archived,
        "updated_at": query.updated_at.isoformat() if query.updated_at else None,
        "parameters": [
            _parameter_facts(client, query, definition) for definition in definitions_of(query)
        ],
        "sql": query.text,
    }


def _parameter_facts(
    client: Client, query: Query, definition: ParameterDefinition
) -> dict[str, object]:
    from watchframe.parameters.normalize import default_of  # noqa: PLC0415 - as above

    return {
        "name": definition.name,
        "type": definition.type,
        "title": definition.title,
        "takes_several": definition.multi is not None,
        "default": default_of(definition),
        "choices": _choices(client, query, definition),
        "pattern": definition.regex,
    }


def _choices(
    client: Client, query: Query, definition: ParameterDefinition
) -> list[dict[str, str]] | None:
    """Return values and what is shown for them; None where any will do, or the key may not know."""
    if definition.type == "enum":
        return [{"value": option, "name": option} for option in definition.enum_options]
    if definition.type != "query" or definition.dropdown_query_id is None:
        return None
    try:
        found = client.queries.dropdown_options(query.id, definition.dropdown_query_id)
    except (AccessDeniedError, NotFoundError):
        return None
    return [{"value": option.value, "name": option.name} for option in found]


def _lines(query: Query, facts: dict[str, object]) -> Iterator[str]:
    yield query.name
    yield str(facts["url"])
    notes = [f"by {query.owner}" if query.owner else "", ", ".join(query.tags)]
    notes += ["a draft"] * query.is_draft + ["archived"] * query.is_archived
    if any(notes):
        yield "; ".join(text for text in notes if text)
    if query.description:
        yield from ("", query.description)
    parameters = facts["parameters"]
    if isinstance(parameters, list) and parameters:
        yield from ("", "Parameters:")
        for parameter in parameters:
            yield from _parameter_lines(parameter)
    yield from ("", "SQL:", textwrap.indent(query.text.rstrip(), "  "))


def _parameter_lines(facts: dict[str, object]) -> Iterator[str]:
    several = ", several" if facts["takes_several"] else ""
    title = f" ({facts['title']})" if facts["title"] != facts["name"] else ""
    yield f"  {facts['name']}{title}: {facts['type']}{several}"
    if facts["pattern"]:
        yield f"    must match: {facts['pattern']}"
    choices = facts["choices"]
    if isinstance(choices, list):
        words = first_few(choices, _CHOICES, _choice_words)
        yield textwrap.indent(textwrap.fill(f"choices: {words}", 92), "    ")
    default = facts["default"]
    shown = "none: a value must be given" if default is None else _written(default)
    yield f"    default: {shown}"


def _choice_words(item: Mapping[str, str]) -> str:
    value, name = item["value"], item["name"]
    return value if value == name else f"{value} ({name})"


def _written(value: object) -> str:
    if isinstance(value, str):
        return value or "'' (an empty text)"
    if isinstance(value, dict) and set(value) == {"start", "end"}:
        return f"{value['start']}..{value['end']}"
    return json.dumps(value, ensure_ascii=False)
