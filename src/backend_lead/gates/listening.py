"""The listening gate: the one place that opens a port of this machine for a server of ours."""

from __future__ import annotations

import socket

from backend_lead.errors import WrongUse

_WAITING = 128


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens: who connects from now on waits until a server takes it.

    Raises WrongUse for an address or a port that cannot be listened on.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM,
                                                                flags=socket.AI_PASSIVE)[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise WrongUse(f"{host} is no address to listen on: {(error.strerror or str(error)).lower()}.",
                       "Give an address of this machine: --host 127.0.0.1") from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(_WAITING)
        return found
    except OSError as error:
        found.close()
        raise WrongUse(f"{host}:{port} cannot be listened on: {(error.strerror or str(error)).lower()}.",
                       "Another program may listen there. Name another port: --port N") from None
