"""Proofs that were kept: which migrations this user's own tool has seen to be safe."""

from __future__ import annotations

from pathlib import Path

from backend_lead.gates.cache import Cache
from backend_lead.migrate.applying import plan_hash
from backend_lead.migrate.script import Script
from backend_lead.model.proof import MigrationProof, ProofVerdict


def keep_proof(folder: Path, script: Script, proof: MigrationProof) -> None:
    """Keep that a migration proved to be safe, for exactly its statements."""
    if proof.verdict is ProofVerdict.SAFE:
        plan = plan_hash(script)
        Cache(folder).write(f"proof-{plan[:16]}", plan, b"safe")


def is_proven(folder: Path, script: Script) -> bool:
    """Say whether this user's own tool proved exactly these statements to be safe."""
    plan = plan_hash(script)
    return Cache(folder).read(f"proof-{plan[:16]}", plan) == b"safe"
