"""How likely it is that words ask for each kind of request, by what was learned from example sentences.

What was learned is a row of weights for each kind, over the vector of the sentence and its marks (`marks.py`); the file
is written by `python -m backend_lead.lead.learning`, and the examples are not needed to understand a request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from backend_lead.design.sentence_model import SentenceModel, sentence_model
from backend_lead.lead.intents import folder
from backend_lead.lead.marks import marks, plain
from backend_lead.lead.slots import slots_of
from backend_lead.lead.spelling import corrected

if TYPE_CHECKING:
    from backend_lead.design.sentence_model import Array

FILE = "intent_weights.npz"
MARKED = 0.35
"""What a mark weighs beside a vector of length 1; between 0.2 and 0.6 it makes next to no difference."""


def likeness(words: str) -> Mapping[str, float] | None:
    """Return how likely each kind of request is, together 1; None without the sentence model."""
    model = sentence_model()
    if model is None:
        return None
    import numpy as np

    kinds, weights, said = _learned()
    words = corrected(words, said, model.knows)
    given = features(model, [words])[0] @ weights[:-1] + weights[-1]
    likely = np.exp(given - given.max())
    return dict(zip(kinds, (likely / likely.sum()).tolist(), strict=True))


def features(model: SentenceModel, texts: Sequence[str]) -> Array:
    """Return a row for each text: the vector of what it says, and its marks."""
    import numpy as np

    slots = [slots_of(text) for text in texts]
    vectors = model.vectors([plain(text, each) for text, each in zip(texts, slots, strict=True)])
    marked = np.array([marks(text, each) for text, each in zip(texts, slots, strict=True)], dtype=np.float32)
    return np.hstack([vectors, MARKED * marked])


@lru_cache(maxsize=1)
def _learned() -> tuple[tuple[str, ...], Array, frozenset[str]]:
    """Return the kinds, their weights, and the words of the examples."""
    import numpy as np

    with (folder() / FILE).open("rb") as opened:
        read = np.load(opened)
        weights = read["weights"].astype(np.float32)
        return tuple(read["kinds"].tolist()), weights, frozenset(read["words"].tolist())
