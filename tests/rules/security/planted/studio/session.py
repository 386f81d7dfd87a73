import os
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

make_session = sessionmaker(create_engine(os.environ["DATABASE_URL"]))


def get_session() -> Iterator[Session]:
    with make_session() as session:
        yield session
