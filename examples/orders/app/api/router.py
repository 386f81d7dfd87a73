"""Version 1 of the interface."""

from fastapi import APIRouter, Depends

from app.api.routes import addresses, admin, auth, cart, catalogue, customers, integrations, orders, partner
from app.api.routes import payments, reviews, shipments
from app.models import Role
from app.security.dependencies import current_user, require_role

shop = APIRouter(dependencies=[Depends(current_user)])
shop.include_router(customers.me, prefix="/me", tags=["account"])
shop.include_router(addresses.router, prefix="/addresses", tags=["account"])
shop.include_router(cart.router, prefix="/cart", tags=["cart"])
shop.include_router(orders.router, prefix="/orders", tags=["orders"])
shop.include_router(shipments.router, prefix="/shipments", tags=["orders"])
shop.include_router(reviews.router, prefix="/reviews", tags=["catalogue"])
shop.include_router(integrations.keys, prefix="/api-keys", tags=["integrations"])
shop.include_router(integrations.webhooks, prefix="/webhooks", tags=["integrations"])

api_router = APIRouter(prefix="/api/v1")
api_router.include_router(auth.router, prefix="/auth", tags=["account"])
api_router.include_router(customers.router, prefix="/customers", tags=["account"])
api_router.include_router(catalogue.products, prefix="/products", tags=["catalogue"])
api_router.include_router(catalogue.categories, prefix="/categories", tags=["catalogue"])
api_router.include_router(payments.callbacks, prefix="/payment-callbacks", tags=["payments"])
api_router.include_router(partner.router, prefix="/partner", tags=["partner"])
api_router.include_router(shop)
api_router.include_router(
    admin.router,
    prefix="/admin",
    tags=["back office"],
    dependencies=[Depends(require_role(Role.SUPPORT, Role.MANAGER, Role.ADMIN))],
)
