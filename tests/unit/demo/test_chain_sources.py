"""The fields of a query for a chain, which is YAML."""

import pytest

from watchframe.demo.chain_sources import CONTRACT, ChainSource, yaml_fields
from watchframe.demo.jobs import Interrupt

LOGS = ChainSource(id=1, name="Logs", type="evmlogs")


def logs(**fields):
    values = {"contract_address": CONTRACT, "event_name": "Transfer"}
    values |= {"start_block": "19000000", "end_block": "latest", **fields}
    text = "\n".join(f"{name}: {value}" for name, value in values.items())
    return LOGS.run(text, Interrupt())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a: "0x1"', {"a": "0x1"}),
        ("a: latest  # b: c", {"a": "latest"}),
        ("a: ['x', \"y\",z]\nb:\n  to: 1", {"a": ["x", "y", "z"], "b": ""}),
        ("# a: 1\n- b: 2", {}),
    ],
)
def test_yaml_fields_are_those_at_the_margin(text, expected):
    assert yaml_fields(text) == expected


def test_logs_are_those_between_two_blocks_of_the_contract():
    assert [row["block"] for row in logs(end_block="19000015")["rows"]] == [19_000_000, 19_000_010]
    assert logs(contract_address="0x9")["rows"] == []
    assert logs(contract_address=f"[0x9, {CONTRACT.lower()}]")["rows"]


def test_logs_declare_a_type_by_their_first_row():
    for first, type_ in (("19000000", "integer"), ("19000005", "string")):
        (found,) = [c for c in logs(start_block=first)["columns"] if c["name"] == "value"]
        assert found == {"name": "value", "type": type_}
