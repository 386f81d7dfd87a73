"""Settings, read from the environment."""

from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that differs between environments."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", env_file=".env", extra="ignore")

    database_url: str
    jwt_secret: str
    access_token_minutes: int = 30
    payment_url: str = "https://gateway.example/v2"
    payment_callback_secret: str
    warehouse_url: str = ""
    smtp_host: str = ""
    smtp_port: int = 25
    mail_from: str = "shop@orders.example"
    documents_dir: Path = Path("var/documents")
    cors_origins: list[str] = ["*"]
    debug: bool = True


@lru_cache
def get_settings() -> Settings:
    """Return the settings of this process."""
    return Settings()
