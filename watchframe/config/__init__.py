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
    CacheSettings,
    Settings,
    cache_in_use,
    chart_images_in_use,
    load_setting,
    load_settings,
    load_settings_of,
    no_key_error,
    note_connected,
)
from watchframe.config.values import as_history, duration_seconds

__all__ = [
    "DEFAULT_CACHE_SIZE",
    "DEFAULT_PROFILE",
    "CacheSettings",
    "ServerAddress",
    "Settings",
    "as_history",
    "as_server",
    "cache_in_use",
    "chart_images_in_use",
    "config_path",
    "duration_seconds",
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
