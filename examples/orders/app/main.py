"""The application factory."""

import logging

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from app import errors
from app.api.router import api_router
from app.api.routes import health, reports
from app.config import get_settings


def create_app() -> FastAPI:
    """Put the application together."""
    settings = get_settings()
    logging.basicConfig(level=logging.INFO)
    app = FastAPI(title="Orders", version="1.14.0", debug=settings.debug)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )
    errors.register(app)
    app.include_router(health.router)
    app.include_router(api_router)
    app.include_router(reports.router, prefix="/reports", tags=["reports"])
    return app
