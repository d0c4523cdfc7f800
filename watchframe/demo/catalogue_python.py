"""Queries 60 to 69: scripts for the Python data source, whose authors write the types."""

from __future__ import annotations

from watchframe.demo.catalogue_types import PYTHON_SOURCE, SavedParameter, SavedQuery

INTEREST = SavedQuery(
    id=60,
    name="Debt with interest (Python)",
    description="What 1,000 tokens of 18 decimals owe, year by year, in exact integers.",
    text="""\
result = {}
add_result_column(result, 'year', 'Year', 'integer')
add_result_column(result, 'debt', 'Debt', 'integer')
add_result_column(result, 'debt_tokens', 'Debt in tokens', 'float')
debt = 1000 * 10**18
for year in range({{ years }} + 1):
    add_result_row(result, {'year': year, 'debt': debt, 'debt_tokens': debt / 10**18})
    debt += debt * 725 // 10000
""",
    data_source_id=PYTHON_SOURCE,
    parameters=(SavedParameter(name="years", type="number", title="Years", value=10),),
    tags=("python",),
)

WRONG_TYPES = SavedQuery(
    id=61,
    name="Wrong types (Python)",
    description="Values that are not of their columns' types, and a column with no values at all.",
    text="""\
result = {}
add_result_column(result, 'amount', 'Amount', 'integer')
add_result_column(result, 'rate', 'Rate', 'float')
add_result_column(result, 'note', 'Note', 'string')
add_result_column(result, 'is_open', 'Open', 'boolean')
add_result_column(result, 'at', 'At', 'datetime')
add_result_column(result, 'unused', 'Unused', 'integer')
add_result_row(result, {'amount': 2**256 - 1, 'rate': 1, 'note': 'x', 'is_open': True,
                        'at': '2026-01-01T00:00:00'})
add_result_row(result, {'amount': 5, 'rate': 0.1, 'note': 5, 'is_open': None, 'at': None})
add_result_row(result, {'amount': None, 'rate': 2**70 + 1, 'note': {'a': 1}})
""",
    data_source_id=PYTHON_SOURCE,
    tags=("python", "types"),
)

RAISES = SavedQuery(
    id=62,
    name="Raises an exception (Python)",
    description="The script fails with an exception of its own.",
    text="""\
result = {}
raise ValueError('the oracle has no price for INV')
""",
    data_source_id=PYTHON_SOURCE,
    tags=("python", "conduct"),
)

PYTHON_QUERIES = (INTEREST, WRONG_TYPES, RAISES)
