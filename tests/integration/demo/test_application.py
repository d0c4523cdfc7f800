"""The application answers this machine only, not the web pages that its browser shows."""

import pytest
import requests


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "me.localhost", "[::1]"])
def test_host_of_this_machine_is_answered(server, host):
    port = server.url.rpartition(":")[2]
    headers = {"Authorization": f"Key {server.user_key}", "Host": f"{host}:{port}"}
    found = requests.get(f"{server.url}/api/queries/1", headers=headers, timeout=60)
    assert found.status_code == 200
    headers["Origin"] = f"http://{host}:{port}"
    assert requests.get(f"{server.url}/api/queries/1", headers=headers, timeout=60).ok


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Host": "attacker.example:5000"},
        {"Host": "127.0.0.1.attacker.example"},
        {"Host": "localhost.attacker.example"},
        {"Host": "192.0.2.1"},
        {"Host": "["},
        {"Host": "127.0.0.1 evil"},
        {"Origin": "http://attacker.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
    ],
)
def test_page_of_another_site_is_refused(server, headers):
    server.requests.clear()
    given = {"Authorization": f"Key {server.user_key}", **headers}
    for method, path in (("GET", "/api/queries/1"), ("POST", "/api/query_results"), ("GET", "/")):
        answer = requests.request(method, server.url + path, json={}, headers=given, timeout=60)
        assert answer.status_code == 403
        assert "does not answer" in answer.json()["message"]
    assert server.requests == []
