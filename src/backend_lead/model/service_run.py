"""What was seen when a generated service ran: the live checks, and what its requests cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveCheck:
    """One probe of the running service, and what is wrong, or None."""

    number: int
    name: str
    wrong: str | None


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the moment at which a request was due to the end of its answer."""

    median: float
    p90: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class LoadRun:
    """Requests that were due at moments set beforehand, `rate` a second; `seconds` until the last answer.

    `failed` had no answer, or none of success.  `achieved` is the rate at which answers of success came.  The two costs
    are milliseconds of processor a request in the application's process and in the database server, None where the
    system does not account them.  `late` is how many milliseconds after its moment a request was sent at the 99th
    percentile, because this machine was too busy to send.
    """

    rate: float
    seconds: float
    requests: int
    failed: int
    achieved: float
    latency: Latency
    late: float
    application_ms: float | None = None
    database_ms: float | None = None


@dataclass(frozen=True, slots=True)
class ServiceRun:
    """A generated service as it ran.

    `steady` is a load of independent clients, for its latencies; `bursts` one of many at once, for what a request costs
    a service that is busy; both are None when nothing could be sent.  `sent` says what they were made of, `left` what
    was not sent, and why.
    """

    checks: tuple[LiveCheck, ...]
    steady: LoadRun | None
    bursts: LoadRun | None
    sent: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[LiveCheck, ...]:
        """The checks that do not hold."""
        return tuple(each for each in self.checks if each.wrong is not None)
