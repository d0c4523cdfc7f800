"""Pages of HTML: their words, and whether they want a login, whatever is written in them."""

import subprocess
import sys

import pytest

from watchframe.http.error_responses import is_login_address, page_text, page_title, wants_login


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<h1>Oops</h1><p>disk full", "Oops disk full"),
        ("plain words", "plain words"),
        ("", ""),
        ("a<script>var x = '<p>no</p>';</script>b", "a b"),
        ("a<SCRIPT src=x>no</Script >b<style>p { }</style>c", "a b c"),
        ("a<script>never ends", "a"),
        ("<scripted>yes</scripted>", "yes"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<!-- no -->yes<!DOCTYPE html><?xml?>", "yes"),
        ("<p>cut <b off", "cut"),
        ("<", "<"),
    ],
)
def test_text_is_what_stands_between_the_tags(page, text):
    assert page_text(page) == text


REPEATED = ["<script", "<script>", "<", "<style><", "<title", "<title><", "<input type", "type ="]


@pytest.mark.slow
def test_pages_that_repeat_themselves_are_read_in_time():
    """What is not linear would take hours. In a process, for one like that cannot be ended."""
    program = (
        "from watchframe.http.error_responses import page_text, page_title, wants_login\n"
        f"for part in {REPEATED!r}:\n"
        "    page = part * (500_000 // len(part))\n"
        "    page_text(page), page_title(page), wants_login(page)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Sign in</title>", "Sign in"),
        ("<html><TITLE lang=en> Two\n words </TITLE>", "Two words"),
        ("<p>none", ""),
        ("<title>" + "x" * 1000, "x" * 100),
    ],
)
def test_title_is_read(page, title):
    assert page_title(page) == title


@pytest.mark.parametrize(
    ("page", "wants"),
    [
        ("<title>Sign in ・ Cloudflare Access</title>", True),
        ("<title>Log In | Example</title>", True),
        ("<title>Login</title>", True),
        ("<title>Single Sign-On</title>", True),
        ("<title>Watch</title><input name='p' type='password'>", True),
        ("<title>Watch</title><INPUT TYPE=PASSWORD>", True),
        ("<title>Inverse Watch</title><div id='application-root'></div>", False),
        ("<title>Redash</title><script>var login = 'password'</script>", False),
        ("<title>Page not found</title>", False),
        ("", False),
    ],
)
def test_login_page_is_told_from_other_pages(page, wants):
    assert wants_login(page) is wants


@pytest.mark.parametrize(
    ("host", "path", "is_login"),
    [
        ("team.cloudflareaccess.com", "/cdn-cgi/access/login/watch.example", True),
        ("accounts.google.com", "/o/oauth2/v2/auth", True),
        ("login.microsoftonline.com", "/common", True),
        ("sso.example.org", "/", True),
        ("watch.example.org", "/api/queries/1", False),
        ("www.example.org", "/", False),
    ],
)
def test_login_address_is_told_from_other_addresses(host, path, is_login):
    assert is_login_address(host, path) is is_login
