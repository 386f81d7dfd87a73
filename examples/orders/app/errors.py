"""Errors leave the service as problem documents (RFC 9457)."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

PROBLEM = "application/problem+json"


def problem(status: int, detail: object, headers: dict[str, str] | None = None, **more: object) -> JSONResponse:
    """Build a problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, headers, media_type=PROBLEM)


async def on_http_exception(request: Request, exc: HTTPException) -> JSONResponse:
    """Answer what the handlers raise."""
    return problem(exc.status_code, exc.detail, dict(exc.headers or {}))


async def on_validation_error(request: Request, exc: RequestValidationError) -> JSONResponse:
    """Answer input that does not fit its schema."""
    errors = [{"loc": error["loc"], "msg": error["msg"]} for error in exc.errors()]
    return problem(422, "The request does not fit the schema.", errors=jsonable_encoder(errors))


def register(app: FastAPI) -> None:
    """Attach the handlers to the application."""
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_validation_error)
