"""Settings: argument, environment, config file's profile, default."""

from watchframe.config.profile import config_path, profile_for_server
from watchframe.config.secret import Secret
from watchframe.config.server_url import is_loopback, server_url
from watchframe.config.settings import Settings, load_settings

__all__ = [
    "Secret",
    "Settings",
    "config_path",
    "is_loopback",
    "load_settings",
    "profile_for_server",
    "server_url",
]
