"""Settings: what the operator decided, in ticker.toml, the environment and flags, as one frozen value."""

from ticker.settings.load import Mistake, SettingsError, config_path, load_settings, unknown_variables
from ticker.settings.values import DEFAULT_AUTHORITY, Settings

__all__ = ["DEFAULT_AUTHORITY", "Mistake", "Settings", "SettingsError", "config_path", "load_settings", "unknown_variables"]
