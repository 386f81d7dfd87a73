"""The Python service: FastAPI, Pydantic, uvicorn, asyncpg with typed SQL, PostgreSQL."""
