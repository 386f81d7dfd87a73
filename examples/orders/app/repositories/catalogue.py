"""Queries on products, stock and reviews."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models import Category, Inventory, Product, Review


class ProductRepository:
    """Products and their stock."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(self, after: int, limit: int) -> Sequence[Product]:
        """Return a page of the catalogue."""
        statement = select(Product).where(Product.id > after).order_by(Product.id).limit(limit)
        return self.session.scalars(statement).all()

    def page_of_category(self, slug: str, after: int, limit: int) -> Sequence[Product]:
        """Return a page of one category."""
        statement = (
            select(Product)
            .join(Category, Category.id == Product.category_id)
            .where(Category.slug == slug, Product.id > after)
            .order_by(Product.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()

    def get(self, product_id: int) -> Product | None:
        """Return one product."""
        return self.session.get(Product, product_id)

    def add(self, product: Product) -> Product:
        """Store a new product."""
        self.session.add(product)
        self.session.commit()
        self.session.refresh(product)
        return product

    def stock(self, product_id: int) -> Inventory | None:
        """Return the stock of a product."""
        return self.session.scalar(select(Inventory).where(Inventory.product_id == product_id))

    def stock_page(self, after: int, limit: int) -> Sequence[Inventory]:
        """Return a page of the stock list."""
        statement = (
            select(Inventory).where(Inventory.product_id > after).order_by(Inventory.product_id).limit(limit)
        )
        return self.session.scalars(statement).all()

    def set_stock(self, product_id: int, quantity: int) -> None:
        """Set the stock of a product."""
        statement = insert(Inventory).values(product_id=product_id, quantity=quantity)
        self.session.execute(
            statement.on_conflict_do_update(index_elements=[Inventory.product_id], set_={"quantity": quantity})
        )


class ReviewRepository:
    """Reviews."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def page(self, product_id: int, after: int, limit: int) -> Sequence[Review]:
        """Return a page of the reviews of a product."""
        statement = (
            select(Review)
            .where(Review.product_id == product_id, Review.id > after)
            .order_by(Review.id)
            .limit(limit)
        )
        return self.session.scalars(statement).all()
