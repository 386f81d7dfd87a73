"""Files of tables and indexes in a PostgreSQL of our own, made as long as the real ones without their contents.

The planner asks the file for its length and a btree for its height, and reads no more.  The files are sparse: a table
of a terabyte takes no room.  Page layouts are those of PostgreSQL's src/include/storage/bufpage.h and
src/include/access/nbtree.h, unchanged from 12 to 18.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from backend_lead.errors import WrongUse

PAGE = 8192
_SEGMENT_PAGES = 131_072
_HEADER = struct.Struct("<QHHHHHHI")
_OPAQUE = struct.Struct("<IIIHH")
_META = struct.Struct("<IIIIII")
_MAGIC, _VERSION = 0x053162, 4
_LEAF, _ROOT = 1, 2
_SPECIAL = PAGE - _OPAQUE.size
# A tuple of eight bytes without columns stands for minus infinity: the first downlink of every inner page.
_PIVOT_SIZE, _ALTERNATIVE_TID = 8, 0x2000


def set_length(path: Path, pages: int, own: Callable[[Path], None]) -> None:
    """Make a relation's file `pages` long, in segments of 1 GiB; `own` gives each new file to the server's account.

    The server must be stopped, or must hold nothing of the relation in memory.
    """
    number = 0
    while True:
        segment = path if number == 0 else path.with_name(f"{path.name}.{number}")
        rest = max(0, min(pages - number * _SEGMENT_PAGES, _SEGMENT_PAGES))
        if number and not rest:
            if not segment.exists():
                return
            segment.unlink()
        else:
            is_new = not segment.exists()
            with segment.open("ab") as file:
                file.truncate(rest * PAGE)
            if is_new:
                own(segment)
        number += 1


def write_btree(path: Path, pages: int, height: int, own: Callable[[Path], None]) -> None:
    """Give an empty btree a root `height` levels above its leaves and a length of `pages`.  The server must be stopped.

    A chain of inner pages leads to one empty leaf, because the planner looks for the index's ends by itself.  Raises
    WrongUse when the file is not a btree of a known layout.
    """
    with path.open("r+b") as file:
        meta = bytearray(file.read(PAGE))
        magic, version, *_ = _META.unpack_from(meta, _HEADER.size) if len(meta) == PAGE else (0, 0)
        if (magic, version) != (_MAGIC, _VERSION):
            raise WrongUse(f"{path.name} of the shadow is not a btree as PostgreSQL 12 to 18 writes it.",
                           "Report this with the server's version; the diagnosis works without a shadow: --no-shadow")
        _META.pack_into(meta, _HEADER.size, magic, version, 1, height, 1, height)
        file.seek(0)
        file.write(meta)
        for block in range(1, height + 2):
            file.write(_btree_page(block, height + 1 - block, is_root=block == 1))
    set_length(path, max(pages, height + 2), own)


def _btree_page(block: int, level: int, *, is_root: bool) -> bytes:
    page = bytearray(PAGE)
    lower, upper = _HEADER.size, _SPECIAL
    if level:
        lower, upper = lower + 4, upper - _PIVOT_SIZE
        struct.pack_into("<I", page, _HEADER.size, upper | 1 << 15 | _PIVOT_SIZE << 17)
        struct.pack_into("<HHHH", page, upper, (block + 1) >> 16, (block + 1) & 0xFFFF, 0,
                         _PIVOT_SIZE | _ALTERNATIVE_TID)
    _HEADER.pack_into(page, 0, 0, 0, 0, lower, upper, _SPECIAL, PAGE | 4, 0)
    flags = (0 if level else _LEAF) | (_ROOT if is_root else 0)
    _OPAQUE.pack_into(page, _SPECIAL, 0, 0, level, flags, 0)
    return bytes(page)
