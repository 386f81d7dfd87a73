from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

import accounts
import projects
import tools


def create_app() -> FastAPI:
    app = FastAPI(debug=True)  # fault: debug-enabled
    app.add_middleware(  # fault: permissive-cors
        CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"])
    for module in (accounts, projects, tools):
        app.include_router(module.router)
    return app


app = create_app()
