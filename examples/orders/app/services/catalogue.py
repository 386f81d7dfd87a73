"""The catalogue."""

from sqlalchemy.orm import Session

from app.models import User
from app.repositories.catalogue import ProductRepository
from app.schemas.catalogue import ShelfItem, StockRead
from app.services import audit


class CatalogueService:
    """What happens to products."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.products = ProductRepository(session)

    def shelf(self, slug: str, after: int, limit: int) -> list[ShelfItem]:
        """Return a page of one category, with what can be delivered at once."""
        shelf = []
        for product in self.products.page_of_category(slug, after, limit):
            stock = self.products.stock(product.id)
            shelf.append(
                ShelfItem(
                    id=product.id,
                    name=product.name,
                    unit_price=product.unit_price,
                    in_stock=stock is not None and stock.quantity > 0,
                )
            )
        return shelf

    def count_stock(self, actor: User, product_id: int, quantity: int) -> StockRead:
        """Set the stock of a product after it was counted."""
        self.products.set_stock(product_id, quantity)
        audit.record(self.session, actor, "stock.counted", f"product/{product_id}")
        self.session.commit()
        return StockRead(product_id=product_id, quantity=quantity)
