"""The commands, found by walking their folder, and what to say for a name that is none."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import click

from backend_lead.config import nearest


class Suggesting(click.Group):
    """A group that answers a name that is none of its commands with the nearest one."""

    def resolve_command(self, context: click.Context,
                        arguments: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed, or say which one was probably meant."""
        names = self.list_commands(context)
        if arguments and not arguments[0].startswith("-") and arguments[0] not in names:
            meant = nearest(arguments[0], names)
            advice = f"Did you mean {meant}?" if meant else f"The commands are: {', '.join(names)}."
            raise click.UsageError(f"There is no command {arguments[0]!r}. {advice}", context)
        return super().resolve_command(context, arguments)


class Commands(Suggesting):
    """A group whose commands are the modules of a package, `doors/cli/commands/` unless another is named; each is
    imported when it is asked for, and an underscore in its name is a hyphen of the command's."""

    def __init__(self, *arguments: Any, package: str = "backend_lead.doors.cli.commands", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.package = package

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of the commands, sorted."""
        package = importlib.import_module(self.package)
        return sorted(entry.name.replace("_", "-") for entry in pkgutil.iter_modules(package.__path__))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return the `command` of the module with that name, or None."""
        if name not in self.list_commands(context):
            return None
        module = importlib.import_module(f"{self.package}.{name.replace('-', '_')}")
        command: click.Command = module.command
        return command


class Nearest(click.Choice[str]):
    """A choice that suggests the nearest name for one that is none."""

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> str:
        """Return the choice, or say which one was probably meant."""
        names = [str(choice) for choice in self.choices]
        if value not in names:
            meant = nearest(str(value), names)
            advice = f"Did you mean {meant}?" if meant else f"Choose one of: {', '.join(names)}."
            self.fail(f"{value!r} is none of its values. {advice}", parameter, context)
        return str(value)
