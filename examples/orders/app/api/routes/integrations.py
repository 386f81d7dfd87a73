"""API keys and webhooks of the caller."""

import secrets

from fastapi import APIRouter, HTTPException, Response, status

from app.clients import webhooks as webhook_client
from app.database import SessionDep
from app.models import ApiKey, Webhook
from app.repositories.integrations import IntegrationRepository
from app.schemas.base import After, Limit, Page
from app.schemas.integration import ApiKeyIssued, ApiKeyWrite, WebhookCreated, WebhookRead, WebhookWrite
from app.security.dependencies import CurrentUser, CustomerId
from app.security.tokens import issue_api_token

keys = APIRouter()
webhooks = APIRouter()

MOST_KEYS = 10


@keys.post("", status_code=status.HTTP_201_CREATED)
def create_key(form: ApiKeyWrite, session: SessionDep, user: CurrentUser, customer_id: CustomerId) -> ApiKeyIssued:
    """Issue an API key."""
    integrations = IntegrationRepository(session)
    if integrations.count_keys(customer_id) >= MOST_KEYS:
        raise HTTPException(status.HTTP_409_CONFLICT, f"You have {MOST_KEYS} keys already.")
    key = ApiKey(customer_id=customer_id, name=form.name, token_id=secrets.token_hex(16))
    integrations.add(key)
    return ApiKeyIssued(id=key.id, name=key.name, token=issue_api_token(user.id, key.token_id))


@keys.delete("/{key_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_key(key_id: int, session: SessionDep, customer_id: CustomerId) -> Response:
    """Revoke an API key."""
    if not IntegrationRepository(session).remove_key(key_id, customer_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such key.")
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@webhooks.get("")
def list_webhooks(
    session: SessionDep, customer_id: CustomerId, after: After = 0, limit: Limit = 50
) -> Page[WebhookRead]:
    """Return a page of the caller's webhooks."""
    rows = IntegrationRepository(session).webhooks(customer_id, after, limit)
    items = [WebhookRead.model_validate(row) for row in rows]
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@webhooks.post("", status_code=status.HTTP_201_CREATED, response_model=WebhookCreated)
def create_webhook(form: WebhookWrite, session: SessionDep, customer_id: CustomerId) -> Webhook:
    """Register a webhook that answers a ping."""
    url = str(form.url)
    if not webhook_client.ping(url):
        raise HTTPException(status.HTTP_409_CONFLICT, "The webhook does not answer.")
    webhook = Webhook(customer_id=customer_id, url=url, signing_secret=form.signing_secret)
    IntegrationRepository(session).add(webhook)
    return webhook
