"""The arguments that tools share, with what a host tells its model about each."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

PathGiven = Annotated[str, Field(description="The folder of a backend's source, or one file of it, as seen from the "
                                             "server's first folder.")]
OpenApi = Annotated[str | None, Field(description="An OpenAPI document to compare the code with; without it the one in "
                                                  "the folder is found.")]
Exclude = Annotated[list[str], Field(description="Globs of files to leave out, relative to the folder.")]
Preview = Annotated[bool | None, Field(description="Run the preview rules too.")]
Since = Annotated[str | None, Field(description="Only what changed since this commit, branch or tag.")]
OnlyNew = Annotated[bool, Field(description="With since: leave out what was found at that commit too.")]
Database = Annotated[bool, Field(description="Look at the database too that the person registered, reading only.")]
Schema = Annotated[str | None, Field(description="A file with the schema before, as SQL.")]
Queries = Annotated[str | None, Field(description="A file with what the running application sends, as SQL.")]
Code = Annotated[str | None, Field(description="The folder of the running application's source: its queries are read.")]
Postgres = Annotated[int | None, Field(description="The major version of PostgreSQL.", ge=9, le=30)]
Transaction = Annotated[Literal["auto", "file", "statement"],
                        Field(description="How raw SQL is run: as the project's tool does, in one transaction a file, "
                                          "or each statement by itself.")]
Migrations = Annotated[list[str], Field(description="Files or folders of migrations.", min_length=1)]
Brief = Annotated[str, Field(description="What is to be built, in the person's own words, or the path of a brief.toml.",
                             min_length=1)]
Stack = Annotated[Literal["node", "python", "go", "java"] | None,
                  Field(description="The stack, when it is settled.")]


def brief_file(brief: str) -> str | None:
    """Return the path that a brief is, None for one in words."""
    return brief if brief.endswith(".toml") else None
