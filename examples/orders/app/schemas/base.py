"""What all schemas share."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

Item = TypeVar("Item")


class ReadModel(BaseModel):
    """Something we answer with."""

    model_config = ConfigDict(from_attributes=True)


class WriteModel(BaseModel):
    """Something we accept; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Page(BaseModel, Generic[Item]):
    """One page of a collection; `next` is the `after` of the page that follows."""

    items: list[Item]
    next: int | None = None


After = Annotated[int, Query(ge=0, description="the last id of the page before")]
Limit = Annotated[int, Query(ge=1, le=100, description="how many at most")]
