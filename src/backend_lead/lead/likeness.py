"""How likely it is that words ask for each kind of request, by what was learned from example sentences.

Two views are multiplied: a classifier's, a row of weights for each kind over the vector of the sentence and its marks
(`marks.py`), and that of the `NEAREST` nearest examples of each kind, which knows odd ways to say a thing better.  Both
stand in a file that `python -m backend_lead.lead.learning` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from backend_lead.design.sentence_model import SentenceModel, sentence_model
from backend_lead.lead.intents import folder
from backend_lead.lead.marks import marks, plain
from backend_lead.lead.slots import slots_of
from backend_lead.lead.spelling import corrected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from backend_lead.design.sentence_model import Array

    Places = NDArray[np.int64]

FILE = "intent_weights.npz"
MARKED = 0.35
"""What a mark weighs beside a vector of length 1; between 0.2 and 0.6 it makes next to no difference."""


NEAREST = 3
"""Examples of a kind by which words are near to it."""

SHARE = 12.0
"""What a cosine of the nearest examples weighs beside the logarithm of the classifier's probability."""


class Learned(NamedTuple):
    """What the file holds: the kinds, a column of weights each, the examples with their kinds' places, their words."""

    kinds: tuple[str, ...]
    weights: Array
    vectors: Array
    places: Places
    words: frozenset[str]


def likeness(words: str) -> Mapping[str, float] | None:
    """Return how likely each kind of request is, together 1; None without the sentence model."""
    model = sentence_model()
    if model is None:
        return None
    import numpy as np

    learned = _learned()
    given = features(model, [corrected(words, learned.words, model.knows)])[0]
    scores = given @ learned.weights[:-1] + learned.weights[-1]
    near = learned.vectors @ given[: learned.vectors.shape[1]]
    for place in range(len(learned.kinds)):
        scores[place] += SHARE * np.sort(near[learned.places == place])[-NEAREST:].mean()
    likely = np.exp(scores - scores.max())
    return dict(zip(learned.kinds, (likely / likely.sum()).tolist(), strict=True))


def features(model: SentenceModel, texts: Sequence[str]) -> Array:
    """Return a row for each text: the vector of what it says, and its marks."""
    import numpy as np

    slots = [slots_of(text) for text in texts]
    vectors = model.vectors([plain(text, each) for text, each in zip(texts, slots, strict=True)])
    marked = np.array([marks(text, each) for text, each in zip(texts, slots, strict=True)], dtype=np.float32)
    return np.hstack([vectors, MARKED * marked])


@lru_cache(maxsize=1)
def _learned() -> Learned:
    import numpy as np

    with (folder() / FILE).open("rb") as opened:
        read = np.load(opened)
        return Learned(
            tuple(read["kinds"].tolist()),
            read["weights"].astype(np.float32),
            read["vectors"].astype(np.float32),
            read["places"],
            frozenset(read["words"].tolist()),
        )
