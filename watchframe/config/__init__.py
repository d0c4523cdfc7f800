"""Settings: argument, environment, config file's profile, default."""

from watchframe.config.login import (
    forget_login,
    read_logins,
    save_login,
)
from watchframe.config.profiles import DEFAULT_PROFILE, config_path, profile_for_server
from watchframe.config.server_url import (
    ServerAddress,
    as_server,
    is_loopback,
    require_same_server,
    server_url,
)
from watchframe.config.settings import (
    DEFAULT_CACHE_SIZE,
    Settings,
    cache_in_use,
    chart_images_in_use,
    load_setting,
    load_settings,
    load_settings_of,
    no_key_error,
    note_connected,
)

__all__ = [
    "DEFAULT_CACHE_SIZE",
    "DEFAULT_PROFILE",
    "ServerAddress",
    "Settings",
    "as_server",
    "cache_in_use",
    "chart_images_in_use",
    "config_path",
    "forget_login",
    "is_loopback",
    "load_setting",
    "load_settings",
    "load_settings_of",
    "no_key_error",
    "note_connected",
    "profile_for_server",
    "read_logins",
    "require_same_server",
    "save_login",
    "server_url",
]
