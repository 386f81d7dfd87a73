"""The application."""

from fastapi import FastAPI

from app.routes import sales

app = FastAPI()
app.include_router(sales.router)


@app.get("/health/ready")
def ready():
    return {"ready": True}
