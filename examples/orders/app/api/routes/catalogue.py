"""Products, their stock and reviews."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Response, status
from sqlalchemy.exc import IntegrityError

from app.database import SessionDep
from app.models import Product, Review
from app.repositories.catalogue import ProductRepository, ReviewRepository
from app.schemas.base import After, Limit, Page
from app.schemas.catalogue import (
    ProductRead,
    ProductUpdate,
    ProductWrite,
    ReviewRead,
    ReviewWrite,
    ShelfItem,
    StockRead,
    StockWrite,
)
from app.security.dependencies import CurrentUser, CustomerId, Manager
from app.services.catalogue import CatalogueService

products = APIRouter()
categories = APIRouter()

IfNoneMatch = Annotated[str | None, Header(max_length=200)]
PUBLIC = "public, max-age=60"


def _etag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _not_modified(etag: str) -> Response:
    return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag, "Cache-Control": PUBLIC})


@products.get("", response_model=Page[ProductRead])
def list_products(
    session: SessionDep,
    response: Response,
    after: After = 0,
    limit: Limit = 50,
    if_none_match: IfNoneMatch = None,
) -> Page[ProductRead] | Response:
    """Return a page of the catalogue."""
    items = [ProductRead.model_validate(row) for row in ProductRepository(session).page(after, limit)]
    etag = _etag(",".join(f"{item.id}@{item.updated_at.isoformat()}" for item in items))
    if if_none_match == etag:
        return _not_modified(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = PUBLIC
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@products.post("", status_code=status.HTTP_201_CREATED, response_model=ProductRead)
def create_product(form: ProductWrite, session: SessionDep, manager: Manager) -> Product:
    """Add a product to the catalogue."""
    try:
        return ProductRepository(session).add(Product(**form.model_dump()))
    except IntegrityError as exc:
        raise HTTPException(status.HTTP_409_CONFLICT, "The SKU is taken or the category does not exist.") from exc


@products.get("/{product_id}", response_model=ProductRead)
def read_product(
    product_id: int, session: SessionDep, response: Response, if_none_match: IfNoneMatch = None
) -> Product | Response:
    """Return a product."""
    product = ProductRepository(session).get(product_id)
    if product is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such product.")
    etag = _etag(f"{product.id}@{product.updated_at.isoformat()}")
    if if_none_match == etag:
        return _not_modified(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = PUBLIC
    return product


@products.patch("/{product_id}", response_model=ProductRead)
def update_product(product_id: int, form: ProductUpdate, session: SessionDep, manager: Manager) -> Product:
    """Change a product."""
    product = ProductRepository(session).get(product_id)
    if product is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such product.")
    for field, value in form.model_dump(exclude_none=True).items():
        setattr(product, field, value)
    session.commit()
    session.refresh(product)
    return product


@products.put("/{product_id}/update-stock")
def set_stock(product_id: int, form: StockWrite, session: SessionDep, user: CurrentUser) -> StockRead:
    """Set the stock of a product after it was counted."""
    if ProductRepository(session).get(product_id) is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such product.")
    return CatalogueService(session).count_stock(user, product_id, form.quantity)


@products.get("/{product_id}/reviews", response_model=Page[ReviewRead])
def list_reviews(
    product_id: int,
    session: SessionDep,
    response: Response,
    after: After = 0,
    limit: Limit = 20,
    if_none_match: IfNoneMatch = None,
) -> Page[ReviewRead] | Response:
    """Return a page of the reviews of a product."""
    items = [ReviewRead.model_validate(row) for row in ReviewRepository(session).page(product_id, after, limit)]
    etag = _etag(",".join(f"{item.id}:{item.rating}:{item.body}" for item in items))
    if if_none_match == etag:
        return _not_modified(etag)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = PUBLIC
    return Page(items=items, next=items[-1].id if len(items) == limit else None)


@products.post("/{product_id}/reviews", response_model=ReviewRead)
def create_review(product_id: int, form: ReviewWrite, session: SessionDep, customer_id: CustomerId) -> Review:
    """Review a product."""
    review = Review(product_id=product_id, customer_id=customer_id, rating=form.rating, body=form.body)
    session.add(review)
    try:
        session.commit()
    except IntegrityError as exc:
        raise HTTPException(status.HTTP_409_CONFLICT, "There is no such product, or you reviewed it.") from exc
    session.refresh(review)
    return review


@categories.get("/{slug}/products")
def list_shelf(slug: str, session: SessionDep, after: After = 0, limit: Limit = 50) -> Page[ShelfItem]:
    """Return a page of one category."""
    items = CatalogueService(session).shelf(slug, after, limit)
    return Page(items=items, next=items[-1].id if len(items) == limit else None)
