"""Logins of identity proxies in front of the server: none of them blames the API key."""

import pytest

from watchframe import Client
from watchframe.errors import AccessDeniedError, ProtocolError


def client_of(url, tmp_path):
    return Client(url, "k-0123456789", cache_dir=tmp_path, max_retries=0)


@pytest.mark.parametrize(
    "location",
    [
        "https://team.cloudflareaccess.com/cdn-cgi/access/login/watch?kid=secret",
        "https://accounts.google.com/o/oauth2/v2/auth?client_id=secret",
        "https://sso.example.org/saml?request=secret",
    ],
)
def test_redirect_to_foreign_login_blames_the_proxy(tmp_path, server, location):
    with (
        server(lambda _: (302, {"Location": location}, b"")) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ProtocolError) as caught,
    ):
        client.data_sources.list()
    assert location.partition("?")[0] in caught.value.message
    assert "identity proxy" in caught.value.hint
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "page",
    [
        b"<title>Sign in - Cloudflare Access</title>",
        b"<title>Example</title><form><input name=p type=password></form>",
    ],
)
def test_login_page_with_status_200_blames_the_proxy(tmp_path, server, page):
    with (
        server(lambda _: (200, {"Content-Type": "text/html; charset=utf-8"}, page)) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ProtocolError, match="login page") as caught,
    ):
        client.data_sources.list()
    assert f"{watch.url.removeprefix('http://')}/api/data_sources" in caught.value.message
    assert "identity proxy" in caught.value.hint


@pytest.mark.parametrize("ask", ["mute", "unmute"])
def test_login_page_is_not_taken_for_the_end_of_an_edit(tmp_path, server, ask):
    page = b"<title>Sign in</title>"
    with (
        server(lambda _: (200, {"Content-Type": "text/html"}, page)) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(ProtocolError, match="login page"),
    ):
        getattr(client.alerts, ask)(1)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Content-Type": "text/html"}, b"<title>Sign In</title>"),
        ({"WWW-Authenticate": 'Basic realm="staff"'}, b""),
    ],
)
def test_identity_proxy_refusal_does_not_blame_the_key(tmp_path, server, status, headers, page):
    with (
        server(lambda _: (status, headers, page)) as watch,
        client_of(watch.url, tmp_path) as client,
        pytest.raises(AccessDeniedError) as caught,
    ):
        client.data_sources.list()
    assert "identity proxy" in caught.value.hint
