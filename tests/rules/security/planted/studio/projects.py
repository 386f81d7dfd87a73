from typing import Annotated

from fastapi import APIRouter, Depends

from schemas import NameIn
from security import Admin, Caller, Tokens, tokens
from services import Files, Notes, Projects, Templates

router = APIRouter(tags=["projects"])


@router.get("/projects/{number}")
def one(number: int, account: Caller, projects: Annotated[Projects, Depends()]) -> str:
    return projects.of(account, number).name


@router.get("/projects/{number}/cover")
def cover(number: int, account: Caller, projects: Annotated[Projects, Depends()]) -> str:
    return projects.any(number).name


@router.get("/projects/{number}/admin")
def for_admins(number: int, account: Admin, projects: Annotated[Projects, Depends()]) -> str:
    return projects.any(number).name


@router.post("/projects/{number}/share")
def share(number: int, account: Caller, projects: Annotated[Projects, Depends()],
          tokens: Annotated[Tokens, Depends(tokens)]) -> str:
    return tokens.make_share(projects.of(account, number).id)


@router.get("/search")
def search(account: Caller, projects: Annotated[Projects, Depends()], order: str = "id") -> list[str]:
    return [each.name for each in projects.search(account, order)]


@router.get("/sorted")
def ordered(account: Caller, projects: Annotated[Projects, Depends()], order: str = "id") -> list[str]:
    return [each.name for each in projects.sorted(account, order)]


@router.delete("/files/{number}", status_code=204)
def remove(number: int, account: Caller, files: Annotated[Files, Depends()]) -> None:
    files.remove(number)


@router.delete("/my-files/{number}", status_code=204)
def remove_mine(number: int, account: Caller, files: Annotated[Files, Depends()]) -> None:
    files.remove_of(account, number)


@router.get("/notes/{number}")
def note(number: int, account: Caller, notes: Annotated[Notes, Depends()]) -> str:
    return notes.read(account, number).text


@router.post("/notes/{number}/files/{file_id}")
def attach(number: int, file_id: int, account: Caller, notes: Annotated[Notes, Depends()]) -> str:
    return notes.attach(account, number, file_id)


@router.post("/templates", status_code=201)
def add_template(body: NameIn, admin: Admin, templates: Annotated[Templates, Depends()]) -> None:
    templates.add(body.name)


@router.delete("/templates/{number}", status_code=204)
def remove_template(number: int, admin: Admin, templates: Annotated[Templates, Depends()]) -> None:
    templates.remove(number)


@router.put("/templates/{number}", status_code=204)
def rename_template(number: int, body: NameIn, account: Caller, templates: Annotated[Templates, Depends()]) -> None:  # fault: missing-role-check
    templates.rename(number, body.name)


@router.post("/templates/{number}/withdraw", status_code=204)
def withdraw_template(number: int, templates: Annotated[Templates, Depends()]) -> None:  # fault: missing-authentication
    templates.remove(number)
