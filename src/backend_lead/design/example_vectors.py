"""The vectors of the knowledge's example sentences, kept beside them: to make some 500 anew takes ten seconds.

`python -m backend_lead.design.example_vectors` writes the file; a sentence that it does not hold is computed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend_lead.design.knowledge_files import folder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from backend_lead.design.sentence_model import Array, SentenceModel

_FILE = "example_vectors.npz"


def example_vectors(model: SentenceModel, texts: Sequence[str], file: Traversable | None = None) -> Array:
    """Return one vector a text, from `file` where it holds the text; without one, from that of the design."""
    import numpy as np

    kept: dict[str, Array] = {}
    file = file if file is not None else folder() / _FILE
    if file.is_file():
        with file.open("rb") as opened:
            read = np.load(opened)
            kept = dict(zip(read["keys"].tolist(), read["vectors"].astype(np.float32), strict=True))
    missing = [text for text in texts if key(text) not in kept]
    kept |= dict(zip(map(key, missing), model.vectors(missing), strict=True))
    return np.stack([kept[key(text)] for text in texts])


def key(text: str) -> str:
    """Return what a sentence is kept under."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write(path: Path, model: SentenceModel, texts: Sequence[str]) -> None:
    """Write the vectors of all texts, in half precision: the cosine of two changes by less than 0.001."""
    import numpy as np

    np.savez_compressed(path, keys=np.array([key(text) for text in texts]),
                        vectors=model.vectors(texts).astype(np.float16))


if __name__ == "__main__":
    from pathlib import Path

    from backend_lead.design.likeness import _texts
    from backend_lead.design.sentence_model import HOW_TO_INSTALL, sentence_model

    installed = sentence_model()
    if installed is None:
        raise SystemExit(f"The sentence model is not installed: {HOW_TO_INSTALL}")
    write(Path(str(folder() / _FILE)), installed, _texts())
