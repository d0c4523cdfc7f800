"""A result of the same values is always taken for one, and one of other values never.

The server that runs the SQL is a small model of the real ones.
"""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchframe.models import MultiValues, ParameterDefinition
from watchframe.parameters import has_same_hash, is_same_sql, render_query

SQL = (
    "select '{{ a }}' as a, {{ n }} as n",
    "select * from t where a = '{{ a }}' -- all of them\n;",
    "set x = {{ n }}; -- why\r\nselect '{{ a }}' ;\r\n",
    "/* head; */ select 'it''s; ' || '{{ a }}'; /* end; */",
    "-- {{ n }}\nselect '{{ a }}'",
    "with q as (select '{{ a }}' limit 5) select * from q;;",
    "select '{{ a }}' limit {{ n }}; ",
    "select \"x; \", '{{ a }}' from t where k in ({{ m }}){{#a}} and a = '{{ a }}'{{/a}}",
    " \n;select 1;;\n/* last */ select '{{ r.start }}', '{{ r.end }}', '{{ a }}'",
)
TEXTS = (
    "address: '{{ a }}'\nstart: {{ n }}  # {{ a }}; -- and\nnames: [{{ m }}]\n",
    '{ items(first: {{ n }} where: {name: "{{ a }}"}) { id } } # end',
    '{"url": "x", "q": {"{{ a }}": {{ n }}}} /* c */',
    "x = '{{ a }}'; y = {{ n }}; # -- {{ a }}\n",
    "  key: {{ a }}\n",
)
LIST = ParameterDefinition(
    name="m", type="enum", title="M", multi=MultiValues(prefix="'", suffix="'")
)
#: What is between quotes: everything that the server's hash or its splitting may trip over.
PIECES = ("a", "b", "A", " ", "  ", "\n", "\t", ";", "; ", "--", "/*x*/", "/*", "*/", "# ", "é")
WORDS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
DAYS = st.sampled_from(["2026-01-01", "2026-01-02", "2026-01-02 03:04"])
VALUES = st.fixed_dictionaries(
    {
        "a": WORDS,
        "n": st.sampled_from([0, 1, 10, 1000, 2.5]),
        "m": st.lists(WORDS, min_size=1, max_size=3),
        "r": st.fixed_dictionaries({"start": DAYS, "end": DAYS}),
    }
)


@st.composite
def pairs(draw):
    """Values, and others that differ in one of them, often by a single character."""
    values, others = draw(VALUES), draw(VALUES)
    used = draw(st.sampled_from([*values, "near"]))
    if used != "near":
        return values, {**values, used: others[used]}
    place = draw(st.integers(0, len(values["a"])))
    piece = draw(st.sampled_from(PIECES))
    near = values["a"][:place] + piece + values["a"][place:]
    pair = [values, {**values, "a": draw(st.sampled_from([near, values["a"].swapcase()]))}]
    return tuple(draw(st.permutations(pair)))


PIECE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*\n?|/\*.*?\*/|.", re.DOTALL)


def split(sql):
    """The statements as the server has them, without what is around them."""
    statements, behind = [[]], False
    for piece in PIECE.findall(sql):
        is_space = piece in (" ", "\t", "\r")
        if behind and (is_space or piece.startswith("--")):
            continue  # it belongs to the statement that has just ended
        behind = piece == ";"
        if behind:
            statements.append([])
        else:
            statements[-1].append(piece)
    last = statements[-1]
    while last and (last[-1].isspace() or last[-1].startswith(("--", "/*"))):
        last.pop()
    code = [one for one in statements if any(not is_blank(piece) for piece in one)]
    return ["".join(one).strip() for one in code] or [""]


def is_blank(piece):
    return piece.isspace() or piece.startswith(("--", "/*"))


def runs(sql, *, splits, auto_limit, annotates):
    """What a SQL source is given to run, and what a result says that it ran."""
    if splits or auto_limit:
        statements = split(sql)
        last = statements[-1].lower()
        if auto_limit and last.startswith("select") and not re.search(r"limit \S+$", last):
            statements[-1] += " LIMIT 1000"
        sql = ";\n".join(statements)
    return f"/* Username: me, Query Hash: 1f */ {sql}" if annotates else sql


CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SERVERS = st.fixed_dictionaries(
    {"splits": st.booleans(), "auto_limit": st.booleans(), "annotates": st.booleans()}
)


@CALM
@given(st.sampled_from(SQL), VALUES, SERVERS)
def test_same_values_are_the_same_sql(text, values, server):
    rendered = render_query(text, values, [LIST])
    ran = runs(rendered, **server)
    assert is_same_sql(rendered, ran, auto_limit=server["auto_limit"])


@CALM
@given(st.sampled_from(SQL), pairs(), SERVERS)
def test_other_values_are_other_sql(text, pair, server):
    rendered, other = (render_query(text, values, [LIST]) for values in pair)
    ran = runs(other, **server)
    if ran != runs(rendered, **server):
        assert not is_same_sql(rendered, ran, auto_limit=server["auto_limit"])


@CALM
@given(st.sampled_from(TEXTS), pairs(), st.booleans())
def test_other_values_not_sql_are_other_texts(text, pair, auto_limit):
    rendered, other = (render_query(text, values, [LIST]) for values in pair)
    assert is_same_sql(rendered, rendered, auto_limit=auto_limit)
    if other.rstrip() != rendered.rstrip():
        assert not is_same_sql(rendered, other, auto_limit=auto_limit)


@CALM
@given(st.sampled_from(SQL), pairs(), SERVERS)
def test_what_the_servers_hash_confuses_has_the_same_hash(text, pair, server):
    """As the server computes it; a comment of several lines is not one to it."""
    rendered, other = (render_query(text, values, [LIST]) for values in pair)
    mine, ran = (runs(sql, **server) for sql in (rendered, other))
    seen = ["".join(re.sub(r"/\*.*?\*/", "", sql).split()).lower() for sql in (mine, ran)]
    if seen[0] == seen[1]:
        assert has_same_hash(rendered, ran, auto_limit=server["auto_limit"])
