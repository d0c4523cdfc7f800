"""Settings: argument, environment, config file's profile, default."""

from watchframe.config.login import Secret, as_secret, forget_login, read_logins, save_login
from watchframe.config.server_url import (
    is_loopback,
    require_same_server,
    server_url,
)
from watchframe.config.settings import (
    DEFAULT_CACHE_SIZE,
    DEFAULT_PROFILE,
    Settings,
    cache_in_use,
    config_path,
    load_setting,
    load_settings,
    note_connected,
    profile_for_server,
)

__all__ = [
    "DEFAULT_CACHE_SIZE",
    "DEFAULT_PROFILE",
    "Secret",
    "Settings",
    "as_secret",
    "cache_in_use",
    "config_path",
    "forget_login",
    "is_loopback",
    "load_setting",
    "load_settings",
    "note_connected",
    "profile_for_server",
    "read_logins",
    "require_same_server",
    "save_login",
    "server_url",
]
