"""The tables."""

from app.models.audit import audit_log
from app.models.base import Base
from app.models.catalogue import Category, Inventory, Product, Review
from app.models.customer import Address, Customer, Role, User
from app.models.integration import ApiKey, RateLimit, Webhook
from app.models.order import Coupon, Order, OrderLine, OrderStatus
from app.models.payment import Payment, Shipment
from app.models.shopping import Cart, CartItem

__all__ = [
    "Address",
    "ApiKey",
    "Base",
    "Cart",
    "CartItem",
    "Category",
    "Coupon",
    "Customer",
    "Inventory",
    "Order",
    "OrderLine",
    "OrderStatus",
    "Payment",
    "Product",
    "RateLimit",
    "Review",
    "Role",
    "Shipment",
    "User",
    "Webhook",
    "audit_log",
]
