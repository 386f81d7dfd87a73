"""How alike words are to what people ask for: example sentences of each kind of request, and a sentence model.

A kind is as near as its `NEAREST` nearest examples are on average; a linear classifier of all examples (ridge
regression, one against the rest) adds what sets a kind apart, which single examples do not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from backend_lead.design.example_vectors import example_vectors
from backend_lead.design.sentence_model import SentenceModel, sentence_model
from backend_lead.lead.intents import folder, intents

NEAREST = 3
RIDGE = 1.0
"""The penalty on the classifier's weights; among 0.3, 1 and 3 it makes next to no difference."""
LEARNED = 0.1
"""What a classifier's value, about -1 to 1, adds to a cosine."""

_VECTORS = "intent_vectors.npz"


class _Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    like: list[str]


def likeness(words: str) -> Mapping[str, float] | None:
    """Return how alike the words are to each kind of request, higher is more alike; None without the sentence model."""
    model = sentence_model()
    if model is None:
        return None
    vectors, kinds, weights = _learned(model)
    asked = model.vectors([words])[0]
    near = (vectors @ asked).tolist()
    found = {}
    for place, kind in enumerate(intents()):
        best = sorted((value for value, own in zip(near, kinds, strict=True) if own == place), reverse=True)[:NEAREST]
        learned = float(asked @ weights[:-1, place] + weights[-1, place])
        found[kind] = sum(best) / len(best) + LEARNED * learned
    return found


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, int], ...]:
    """Return the example sentences in lower case, each with the place of its kind among `intents()`."""
    found: dict[str, int] = {}
    for place, kind in enumerate(intents()):
        text = (folder() / "requests" / f"{kind}.toml").read_text(encoding="utf-8")
        for each in msgspec.toml.decode(text, type=_Examples).like:
            found.setdefault(" ".join(each.lower().split()), place)
    return tuple(found.items())


@lru_cache(maxsize=1)
def _learned(model: SentenceModel) -> tuple[Any, list[int], Any]:
    """Return the examples' vectors, the place of each one's kind, and the classifier's weights, the last row added."""
    import numpy

    kinds = [place for _, place in examples()]
    vectors = example_vectors(model, tuple(text for text, _ in examples()), folder() / _VECTORS)
    rows = numpy.hstack([vectors, numpy.ones((len(kinds), 1))])
    wanted = -numpy.ones((len(kinds), len(intents())))
    wanted[numpy.arange(len(kinds)), kinds] = 1
    # Kinds with few examples weigh as much as those with many.
    weighted = rows / numpy.sqrt(numpy.bincount(kinds)[kinds])[:, None]
    scale = len(kinds) / len(intents())
    solved = numpy.linalg.solve(rows.T @ weighted * scale**0.5 + RIDGE * numpy.eye(rows.shape[1]),
                                weighted.T @ wanted * scale**0.5)
    return vectors, kinds, solved


if __name__ == "__main__":
    from pathlib import Path

    from backend_lead.design.example_vectors import write
    from backend_lead.design.sentence_model import HOW_TO_INSTALL

    installed = sentence_model()
    if installed is None:
        raise SystemExit(f"The sentence model is not installed: {HOW_TO_INSTALL}")
    write(Path(str(folder() / _VECTORS)), installed, tuple(text for text, _ in examples()))
