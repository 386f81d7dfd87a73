from typing import Annotated

from fastapi import Depends, HTTPException
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from models import Account, File, Note, Project, Template
from session import get_session


class Repository:
    def __init__(self, session: Annotated[Session, Depends(get_session)]):
        self.session = session


class Projects(Repository):
    def of(self, account: Account, number: int) -> Project:
        project = self.session.scalar(select(Project).where(Project.id == number, Project.owner_id == account.id))
        if project is None:
            raise HTTPException(404)
        return project

    def any(self, number: int) -> Project:
        project = self.session.get(Project, number)  # fault: missing-owner-check
        if project is None:
            raise HTTPException(404)
        return project

    def search(self, account: Account, order: str) -> list[Project]:
        statement = text(f"SELECT id, name FROM projects WHERE owner_id = :owner ORDER BY {order} LIMIT 20")
        return list(self.session.execute(statement, {"owner": account.id}))  # fault: sql-injection

    def sorted(self, account: Account, order: str) -> list[Project]:
        if order not in ("id", "name"):
            raise HTTPException(422)
        statement = text(f"SELECT id, name FROM projects WHERE owner_id = :owner ORDER BY {order} LIMIT 20")
        return list(self.session.execute(statement, {"owner": account.id}))


class Files(Repository):
    def remove(self, number: int) -> None:
        self.session.execute(delete(File).where(File.id == number))  # fault: missing-owner-check
        self.session.commit()

    def remove_of(self, account: Account, number: int) -> None:
        file = self.session.scalar(select(File).join(Project).where(File.id == number, Project.owner_id == account.id))
        if file is None:
            raise HTTPException(404)
        self.session.delete(file)
        self.session.commit()


class Notes(Repository):
    def read(self, account: Account, number: int) -> Note:
        note = self.session.get(Note, number)
        if note is None or note.account_id != account.id:
            raise HTTPException(404)
        return note

    def attach(self, account: Account, number: int, file_id: int) -> str:
        note = self.read(account, number)
        file = self.session.get(File, file_id)  # fault: missing-owner-check
        return f"{note.text} {file.name}"


class Templates(Repository):
    def add(self, name: str) -> None:
        self.session.add(Template(name=name))
        self.session.commit()

    def rename(self, number: int, name: str) -> None:
        template = self.session.get(Template, number)
        template.name = name
        self.session.commit()

    def remove(self, number: int) -> None:
        self.session.execute(delete(Template).where(Template.id == number))
        self.session.commit()
