"""`if TYPE_CHECKING:`: what is imported and declared for readers of the types alone.

The program never runs such a block, but its annotations mean what is bound there, and a name that is declared in it
(`app: Application`, where the program itself binds an object that hands everything on) says what it stands for.
"""

from __future__ import annotations

from typing import Any

from backend_lead.read.code import syntax as s
from backend_lead.read.code.execution import EXECUTORS
from backend_lead.read.code.interpreter import STANDS_FOR, Interpreter
from backend_lead.read.code.program import Scope
from backend_lead.read.code.target_values import Instance


def is_for_types(test: Any) -> bool:
    """Whether a test is `TYPE_CHECKING`, by itself or as an attribute."""
    return isinstance(test, (s.Name, s.Attribute)) and test.name == "TYPE_CHECKING"


def read_types(run: Interpreter, scope: Scope, statements: tuple[Any, ...]) -> None:
    """Bind what a block imports to names that nothing else binds; note what it declares objects of the program to be.

    To be called when what stands in place of the block has been followed.
    """
    bound = dict(scope.names)
    for statement in statements:
        if isinstance(statement, s.Import) and ("*", None) not in statement.names:
            EXECUTORS[s.Import](run, statement)
    scope.names.update(bound)
    for statement in statements:
        if isinstance(statement, s.Assign) and statement.value is None and isinstance(statement.targets[0], s.Name):
            value = scope.names.get(statement.targets[0].name)
            if isinstance(value, Instance) and value.cls.find("__getattr__") is not None:
                value.cls.marks[STANDS_FOR] = (statement.annotation, scope)
