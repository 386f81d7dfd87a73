from pydantic import BaseModel, ConfigDict


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class AccountOut(Out):
    id: int
    email: str


class AccountPage(BaseModel):
    items: list[AccountOut]


class AccountRow(Out):
    id: int
    email: str
    password_hash: str


class ProfileIn(BaseModel):
    email: str | None = None


class ProfileAnyIn(BaseModel):
    email: str | None = None
    role: str | None = None


class NameIn(BaseModel):
    name: str


class Credentials(BaseModel):
    email: str
    password: str


class LinkIn(BaseModel):
    url: str
