"""The command line: from arguments to an exit code.

Exit: 0 clean, 1 findings at or above --fail-on, 2 wrong use, 3 nothing to look at, 4 target unreachable, 70 a fault of
ours, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

import click

from backend_lead import __version__
from backend_lead.doors.cli.exits import CLEAN, FAULT, INTERRUPTED, WRONG_USE
from backend_lead.doors.cli.group import Commands
from backend_lead.errors import BackendLeadError

_ISSUES = "Run it again with BACKEND_LEAD_DEBUG=1 for the traceback, and report it with that."


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.command("backend-lead", cls=Commands, context_settings=_CONTEXT)
@click.version_option(__version__, "--version", message="backend-lead %(version)s", help="Show the version and exit.")
def cli() -> None:
    """Read a backend from route to row, and say what is wrong with it and what to do first.

    Start with: backend-lead review PATH
    """


def run() -> int:
    """What the shell starts: `main` in a process of its own, and the exit code."""
    # What a command leaves behind goes with its process: looking for garbage among millions of objects, now or when the
    # interpreter ends, would take a fifth of a long run. A command that stays for long turns it on again.
    gc.disable()
    code = main()
    gc.freeze()
    return code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code; errors are told on stderr in one or two lines."""
    _keep_printable()
    try:
        code = cli.main(args=list(sys.argv[1:] if arguments is None else arguments), prog_name="backend-lead",
                        standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else CLEAN
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    except click.ClickException as wrong:
        return _wrong_use(wrong)
    except BackendLeadError as error:
        _say(error.message, error.hint)
        return error.exit_code
    except BrokenPipeError:
        # The reader has gone (`| head`): there is nobody to tell, and nothing went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except Exception as error:
        if os.environ.get("BACKEND_LEAD_DEBUG"):
            import traceback

            traceback.print_exc()
        from backend_lead.gates.text import mask, one_line

        _say(f"a fault of ours: {type(error).__name__}: {mask(one_line(str(error)))}", _ISSUES)
        return FAULT


def _wrong_use(wrong: click.ClickException) -> int:
    """Tell what is wrong with the arguments, and where help is; a group without a command shows its help."""
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):
        click.echo(wrong.format_message(), err=True)
        return WRONG_USE
    command = context.command_path if context is not None else "backend-lead"
    _say(wrong.format_message(), f"See: {command} --help")
    return WRONG_USE


def _say(message: str, hint: str = "") -> None:
    """Print a message and what to type next on stderr; a stderr that is closed is no reason to fail."""
    try:
        print(f"backend-lead: {message}", file=sys.stderr)
        for line in hint.splitlines():
            print(f"  {line}", file=sys.stderr)
    except OSError:
        pass


def _keep_printable() -> None:
    """Let a terminal that cannot show an arrow show a question mark instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(run())
