"""Queries on API keys and webhooks."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import ApiKey, Webhook


class IntegrationRepository:
    """API keys and webhooks of a customer."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def count_keys(self, customer_id: int) -> int:
        """Say how many API keys a customer has."""
        statement = select(func.count()).select_from(ApiKey).where(ApiKey.customer_id == customer_id)
        return self.session.scalar(statement) or 0

    def remove_key(self, key_id: int, customer_id: int) -> bool:
        """Delete an API key of a customer, and say whether there was one."""
        statement = delete(ApiKey).where(ApiKey.id == key_id, ApiKey.customer_id == customer_id)
        removed = self.session.execute(statement).rowcount > 0
        self.session.commit()
        return removed

    def webhooks(self, customer_id: int, after: int, limit: int) -> Sequence[Webhook]:
        """Return a page of a customer's webhooks."""
        statement = (
            select(Webhook)
            .where(Webhook.customer_id == customer_id, Webhook.id > after)
            .order_by(Webhook.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def add(self, row: ApiKey | Webhook) -> None:
        """Store a new key or webhook."""
        self.session.add(row)
        self.session.commit()
