"""What was learned of facts from example sentences: a row of weights each, and where it passes (above zero)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from backend_lead.design.knowledge_files import folder

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from backend_lead.design.sentence_model import Array

FILE = "fact_weights.npz"


@lru_cache(maxsize=1)
def fact_weights() -> tuple[tuple[str, ...], Array, Array] | None:
    """Return the facts, their weights (a row each) and biases; None where nothing was learned."""
    import numpy as np

    file = folder() / FILE
    if not file.is_file():
        return None
    with file.open("rb") as opened:
        read = np.load(opened)
        return tuple(read["facts"].tolist()), read["weights"].astype(np.float32), read["biases"].astype(np.float32)


def keep_weights(path: Path, learned: Sequence[tuple[str, NDArray[np.float64], float]]) -> None:
    """Write facts, weights and biases."""
    import numpy as np

    np.savez_compressed(path, facts=np.array([fact for fact, _, _ in learned]),
                        weights=np.stack([weights for _, weights, _ in learned]).astype(np.float16),
                        biases=np.array([bias for _, _, bias in learned], dtype=np.float32))
