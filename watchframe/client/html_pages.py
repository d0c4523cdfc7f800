"""Pages of HTML that came where an answer of the server's API was expected.

A proxy in front of the server sends them, or the server itself for a route that it does not have.
Here is what such a page says, and whether it wants a login. A page may hold anything, so every step
takes time in proportion to its length.
"""

from __future__ import annotations

import re

#: What a page, or a redirect to another host, that wants a login says about the API key: nothing.
IDENTITY_PROXY_HINT = (
    "The API key was not judged: an identity proxy in front of the server (such as Cloudflare "
    "Access or Google's IAP) wants a login of its own. Ask those who run it how programs get "
    "through, or connect from inside their network (a VPN)."
)

_TITLE = re.compile(r"<title\b[^<>]*>([^<]*)", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(r"<input\b[^<>]*\btype\s?=\s?[\"']?password", re.IGNORECASE)
_LOGIN_WORDS = re.compile(
    r"\b(sign|log)[ -]?(in|on)\b|\bsso\b|single sign|cloudflare access|authenticat", re.IGNORECASE
)
_LOGIN_ADDRESS = re.compile(
    r"log[-_]?in|sign[-_]?in|sso|saml|openid|auth|cdn-cgi/access", re.IGNORECASE
)
_HIDDEN = ("script", "style")


def page_text(page: str) -> str:
    """Return the words of a page, without its tags, scripts and styles."""
    first, *others = page.split("<")
    parts, within = [first], ""
    for piece in others:
        tag, _, text = piece.partition(">")
        name = tag.split(None, 1)[0].lower() if tag.strip() else ""
        if within:
            if name != f"/{within}":
                continue
            within = ""
        elif name in _HIDDEN:
            within = name
            continue
        is_tag = name[:1].isalpha() or name[:1] in ("/", "!", "?")
        parts.append(text if is_tag else f"<{piece}")
    return " ".join(" ".join(parts).split())


def page_title(page: str) -> str:
    """Return a page's title; empty where it has none."""
    found = _TITLE.search(page)
    return " ".join(found[1].split())[:100] if found else ""


def wants_login(page: str) -> bool:
    """Return whether a page is a login page: it asks for a password, or its title says so."""
    return bool(_LOGIN_WORDS.search(page_title(page)) or _PASSWORD_FIELD.search(page))


def is_login_address(host: str, path: str) -> bool:
    """Return whether a redirect's target looks like a login."""
    return _LOGIN_ADDRESS.search(f"{host}{path}") is not None
