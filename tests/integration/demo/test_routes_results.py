"""Results as files."""

import io
import time

import openpyxl
import pytest
import requests

SQL = """\
select true as truth, 12 as n, 0.5 as half, null as nothing, '' as empty, '=1+1' as formula,
    'https://watch.invalid' as url, chr(7) as bell, ' a & <b> ' as text, [1, 2] as list,
    date '2024-01-02' as day, timestamp '2024-01-02 03:04:05' as moment
"""
ROW = (True, 12, 0.5, None, "", "=1+1", "https://watch.invalid", "_x0007_", " a & <b> ",
       "[1, 2]", "02/01/24", "02/01/24 03:04")  # fmt: skip


@pytest.fixture(scope="module")
def workbook(server):
    key = {"Authorization": f"Key {server.user_key}"}
    query = {"name": "all kinds", "query": SQL, "data_source_id": 1}
    url = f"{server.url}/api/queries"
    number = requests.post(url, json=query, headers=key, timeout=60).json()["id"]
    while "job" in requests.post(f"{url}/{number}/results", headers=key, timeout=60).json():
        time.sleep(0.01)
    found = requests.get(f"{url}/{number}/results.xlsx", headers=key, timeout=60)
    return openpyxl.load_workbook(io.BytesIO(found.content))


def test_xlsx_has_each_kind_of_value(workbook):
    names, row = workbook["result"].iter_rows()
    assert [cell.value for cell in names[:3]] == ["truth", "n", "half"]
    assert tuple(cell.value for cell in row) == ROW


def test_xlsx_has_no_formulas_and_links(workbook):
    cells = [cell for row in workbook["result"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n", "b"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink is not None] == []
