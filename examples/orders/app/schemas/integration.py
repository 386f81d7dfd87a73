"""API keys and webhooks on the wire."""

from pydantic import Field, HttpUrl

from app.schemas.base import ReadModel, WriteModel


class ApiKeyWrite(WriteModel):
    """A new API key."""

    name: str = Field(min_length=1, max_length=80)


class ApiKeyIssued(ReadModel):
    """An API key, with its token for the only time."""

    id: int
    name: str
    token: str


class WebhookWrite(WriteModel):
    """A new webhook."""

    url: HttpUrl = Field(max_length=500)
    signing_secret: str = Field(min_length=16, max_length=80)


class WebhookCreated(ReadModel):
    """A webhook that was registered."""

    id: int
    url: str


class WebhookRead(ReadModel):
    """A webhook."""

    id: int
    url: str
    signing_secret: str
