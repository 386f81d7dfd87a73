"""A fixed-window rate limit, counted in the database so that all workers share it."""

from datetime import UTC, datetime

from fastapi import HTTPException, Request, status
from sqlalchemy.dialects.postgresql import insert

from app.database import SessionDep
from app.models import RateLimit


class RateLimiter:
    """Lets `limit` requests of one address through in each window of `seconds`."""

    def __init__(self, name: str, limit: int, seconds: int) -> None:
        self.name = name
        self.limit = limit
        self.seconds = seconds

    def __call__(self, request: Request, session: SessionDep) -> None:
        now = int(datetime.now(UTC).timestamp())
        window = datetime.fromtimestamp(now - now % self.seconds, UTC)
        bucket = f"{self.name}:{request.client.host if request.client else 'unknown'}"
        statement = (
            insert(RateLimit)
            .values(bucket=bucket, window_start=window, requests=1)
            .on_conflict_do_update(
                index_elements=[RateLimit.bucket, RateLimit.window_start],
                set_={"requests": RateLimit.requests + 1},
            )
            .returning(RateLimit.requests)
        )
        count = session.execute(statement).scalar_one()
        session.commit()
        if count > self.limit:
            raise HTTPException(
                status.HTTP_429_TOO_MANY_REQUESTS,
                "Too many requests; try again later.",
                headers={"Retry-After": str(self.seconds - now % self.seconds)},
            )
