"""The process gate: the only way to start a program.

A target's own code is never started.  Of the programs on the machine only git is, to read what was committed, and it
is asked for objects alone: hooks, filters, textconv, file monitors, pagers and transports that a repository's
configuration may name run a program of the repository's choice, so each of them is switched off.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from backend_lead.errors import Refused, WrongUse
from backend_lead.gates.files import Tree
from backend_lead.gates.text import mask, one_line

_TIMEOUT = 120.0
# Naming a commit is quick; a repository that makes it wait is broken, or a trap.
_QUICK_TIMEOUT = 10.0
_OUTPUT_LIMIT = 256_000_000
_GIT_COMMANDS = frozenset({"rev-parse", "ls-tree", "cat-file"})
_GIT_SETTINGS = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "core.sshCommand=false",
    "core.gitProxy=false", "core.askPass=false", "core.attributesFile=/dev/null", "core.alternateRefsCommand=false",
    "core.commitGraph=false", "credential.helper=", "protocol.allow=never", "diff.external=", "gc.auto=0",
    "maintenance.auto=false", "uploadpack.packObjectsHook=",
    # The check of the owner guards against programs in the configuration, and none of them is run.
    "safe.directory=*",
)
_GIT_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1", "GIT_ASKPASS": "false", "SSH_ASKPASS": "false", "LC_ALL": "C",
}


def run(arguments: Sequence[str], *, cwd: Path, timeout: float = _TIMEOUT, allow: Iterable[str] = ("git",),
        environment: Mapping[str, str] | None = None, given: bytes = b"") -> tuple[int, bytes, str]:
    """Run a program to its end; return (exit code, output, the first line of what it said on stderr).

    `allow` names the programs that may be started; the name is looked up on PATH and never in the target.  The
    program gets a bare environment and `given` on its standard input.  Raises Refused for any other program, for
    one that does not end in time, and for one that says too much.
    """
    name = arguments[0]
    if name not in allow:
        raise Refused(f"{one_line(name)} is not started: only {', '.join(sorted(allow))} may be.")
    program = _find(name, cwd)
    try:
        done = subprocess.run([program, *arguments[1:]], cwd=cwd, input=given, capture_output=True, timeout=timeout,
                              env={**_bare_environment(), **(environment or {})}, check=False)
    except subprocess.TimeoutExpired:
        raise Refused(f"{name} did not end within {timeout:g} seconds in {one_line(str(cwd))}.") from None
    if len(done.stdout) > _OUTPUT_LIMIT:
        raise Refused(f"{name} said more than {_OUTPUT_LIMIT // 1_000_000} MB in {one_line(str(cwd))}.")
    said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
    return done.returncode, done.stdout, mask(one_line(said))


def changed_files(root: Path, ref: str, tree: Tree | None = None) -> tuple[str, ...]:
    """Return the files of the tree that are new or different since `ref`, and those that are gone; sorted, relative
    to `root`.  Files are compared by their contents, so nothing that git would run on a checkout is run."""
    before = _listed(root, ref)
    tree = tree or Tree(root)
    changed = [path for path in before if not os.path.lexists(tree.root / path)]
    for path in tree.files:
        try:
            data = tree.read(path)
        except Refused:
            continue
        if path not in before or before[path][0] not in _object_names(data, len(before[path][0])):
            changed.append(path)
    return tuple(sorted(changed))


def files_at(root: Path, ref: str) -> tuple[str, ...]:
    """Return the regular files under `root` as committed at `ref`, sorted, relative to `root`."""
    return tuple(sorted(_listed(root, ref)))


def file_at(root: Path, ref: str, path: str) -> bytes:
    """Return one file as committed at `ref`.  Raises WrongUse when it was not there."""
    return contents_at(root, ref, (path,))[path]


def contents_at(root: Path, ref: str, paths: Iterable[str], limit: int = 5_000_000) -> dict[str, bytes]:
    """Return many files as committed at `ref`, by one program; files over `limit` bytes are left out."""
    listed = _listed(root, ref)
    wanted = []
    for path in paths:
        if path not in listed:
            raise WrongUse(f"{one_line(path)} does not exist at {one_line(ref)}.", "Run: git log -- PATH")
        if listed[path][1] <= limit:
            wanted.append(path)
    names = "".join(f"{listed[path][0]}\n" for path in wanted).encode()
    output = _git(root, ["cat-file", "--batch"], given=names)
    found: dict[str, bytes] = {}
    position = 0
    for path in wanted:
        end = output.index(b"\n", position)
        header = output[position:end].split()
        if len(header) != 3 or header[1] != b"blob":
            raise WrongUse(f"{one_line(path)} at {one_line(ref)} is missing from the repository.", "Run: git fsck")
        size = int(header[2])
        found[path] = output[end + 1 : end + 1 + size]
        position = end + 2 + size
    return found


def _listed(root: Path, ref: str) -> dict[str, tuple[str, int]]:
    """Return path → (name of the object, size) for the regular files under `root` at a commit."""
    if not ref or ref.startswith("-") or any(character in ref for character in "\0\n\r"):
        raise WrongUse(f"{one_line(ref)!r} is not the name of a commit.",
                       "Give a branch, a tag or a commit: --since main")
    folder = root if root.is_dir() else root.parent
    code, _, said = _try_git(folder, ["rev-parse", "--git-dir"])
    if code:
        raise WrongUse(f"{one_line(str(folder))} is not in a git repository that can be read: {said}",
                       "--since needs one; leave it out to look at everything.")
    code, output, _ = _try_git(folder, ["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"])
    commit = output.decode("ascii", "replace").strip()
    if code or not commit:
        raise WrongUse(f"The repository has no commit called {one_line(ref)}.",
                       f"See the names that it has: git -C {one_line(str(folder))} branch --all")
    listing = _git(folder, ["ls-tree", "-r", "-l", "-z", commit])
    found: dict[str, tuple[str, int]] = {}
    for entry in listing.split(b"\0"):
        head, _, name = entry.partition(b"\t")
        words = head.split()
        if len(words) == 4 and words[0] in (b"100644", b"100755") and words[3].isdigit():
            found[os.fsdecode(name)] = (words[2].decode("ascii"), int(words[3]))
    return found


def _git(folder: Path, arguments: Sequence[str], given: bytes = b"") -> bytes:
    code, output, said = _try_git(folder, arguments, given)
    if code:
        raise WrongUse(f"git cannot read the repository of {one_line(str(folder))}: {said}", "Run: git fsck")
    return output


def _try_git(folder: Path, arguments: Sequence[str], given: bytes = b"") -> tuple[int, bytes, str]:
    assert arguments[0] in _GIT_COMMANDS
    settings = [word for setting in _GIT_SETTINGS for word in ("-c", setting)]
    return run(["git", "--no-pager", "--no-replace-objects", "--literal-pathspecs", *settings, *arguments],
               cwd=folder, environment=_GIT_ENVIRONMENT, given=given,
               timeout=_QUICK_TIMEOUT if arguments[0] == "rev-parse" else _TIMEOUT)


def _object_names(data: bytes, length: int) -> set[str]:
    """Return the names that git gives to a file with these contents: with its line ends, and as a commit keeps them."""
    digest = hashlib.sha1 if length == 40 else hashlib.sha256
    found = set()
    for text in (data, data.replace(b"\r\n", b"\n")):
        found.add(digest(b"blob %d\0" % len(text) + text, usedforsecurity=False).hexdigest())
    return found


def _bare_environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "TMPDIR", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _find(name: str, cwd: Path) -> str:
    """Return the absolute path of a program; one that lies in the folder that is looked at is not a program."""
    found = shutil.which(name)
    if found is None:
        raise WrongUse(f"{name} is not installed, and is needed here.", f"Install {name}, and run this again.")
    path = Path(found)
    if not path.is_absolute() or path.resolve().is_relative_to(cwd.resolve()):
        raise Refused(f"{one_line(found)} is not started: it lies in the target, not on the machine's PATH.")
    return found
