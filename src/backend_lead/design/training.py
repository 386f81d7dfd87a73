"""Learns, from example sentences, how a fact looks among sentence vectors; `python -m backend_lead.design.training`.

For each fact a ridge regression over the vectors of all examples: its own sentences against its look-alikes and the
sentences of all other facts, weighted so that both sides count alike.  The threshold is the score that, by five-fold
cross-validation, five of ten thousand other sentences reach: of a hundred facts and ten sentences hardly one is told
that is not there.  The outcome is a file of weights beside the knowledge; the examples are not needed to read a brief.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backend_lead.design.fact_weights import FILE, keep_weights
from backend_lead.design.knowledge_files import fact_kinds, folder
from backend_lead.design.sentence_model import HOW_TO_INSTALL, SentenceModel, sentence_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_FOLDS = 5
_FALSE_SHARE = .0005
_RIDGE = .003
_LOOK_ALIKE = 5.0


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences that say a fact, sentences that nearly do, and which other facts a sentence says as well."""

    like: list[str]
    unlike: list[str] = []
    also: dict[str, list[str]] = {}


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned of one fact; `recall` is that of the cross-validation at its threshold."""

    fact: str
    weights: Array
    bias: float
    threshold: float
    recall: float


def examples() -> dict[str, Examples]:
    """Return the examples of each fact: those of knowledge/examples, and those that stand with its patterns."""
    found: dict[str, Examples] = {}
    for id, kind in fact_kinds().items():
        path = folder() / "examples" / f"{id}.toml"
        read = msgspec.toml.decode(path.read_text(encoding="utf-8"), type=Examples) if path.is_file() else Examples([])
        if read.like or kind.like:
            found[id] = Examples([*read.like, *kind.like], [*read.unlike, *kind.unlike], read.also)
    return found


def learn(model: SentenceModel, given: dict[str, Examples]) -> list[Learned]:
    """Return what was learned of every fact with at least eight sentences."""
    import numpy as np

    texts = sorted({text for each in given.values() for text in (*each.like, *each.unlike)})
    row = {text: number for number, text in enumerate(texts)}
    vectors = model.vectors(texts).astype(np.float64)
    said: dict[str, set[str]] = {text: set() for text in texts}
    for id, each in given.items():
        for number, text in enumerate(each.like):
            said[text] |= {id, *each.also.get(str(number), ())}
    kinds = fact_kinds()
    found = []
    for id, each in given.items():
        if len(each.like) < 8:
            continue
        # A sentence of a fact that implies this one says it too, and is left out rather than taken for its opposite.
        unsure = {text for text in texts if id not in said[text] and any(id in kinds[other].implies
                                                                        for other in said[text])}
        rows = np.array([row[text] for text in texts if text not in unsure])
        own = np.array([id in said[texts[number]] for number in rows])
        near = np.array([texts[number] in set(each.unlike) for number in rows])
        found.append(_learned(id, vectors[rows], own, near))
    return found


def _learned(id: str, vectors: Array, own: NDArray[np.bool_], near: NDArray[np.bool_]) -> Learned:
    import numpy as np

    count = np.where(own, 1.0, np.where(near, _LOOK_ALIKE, 1.0))
    weight = np.where(own, .5 * count / count[own].sum(), .5 * count / count[~own].sum())
    fold = _folds(own)
    scores = np.zeros(len(own))
    for number in range(_FOLDS):
        inside = fold != number
        fitted, bias = _fit(vectors[inside], own[inside], weight[inside])
        scores[~inside] = vectors[~inside] @ fitted + bias
    threshold, recall = _threshold(scores, own)
    fitted, bias = _fit(vectors, own, weight)
    return Learned(id, fitted, bias, threshold, recall)


def _folds(own: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return a fold for each sentence, both sides spread evenly and without chance."""
    import numpy as np

    fold = np.zeros(len(own), dtype=np.int64)
    for side in (own, ~own):
        places = np.flatnonzero(side)
        fold[places] = np.arange(len(places)) % _FOLDS
    return fold


def _fit(vectors: Array, own: NDArray[np.bool_], weight: Array) -> tuple[Array, float]:
    """Return weights and bias of ridge regression on +1 and -1 (Hastie et al., Statistical Learning, 4.2)."""
    import numpy as np

    share = (weight / weight.sum())[:, None]
    wide = np.hstack([vectors, np.ones((len(vectors), 1))])
    penalty = np.diag([_RIDGE] * vectors.shape[1] + [0.0])
    found = np.linalg.solve((wide * share).T @ wide + penalty, (wide * share).T @ np.where(own, 1.0, -1.0))
    return found[:-1], float(found[-1])


def _threshold(scores: Array, own: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the score that only the stated share of other sentences reaches, and the share of own that do."""
    import numpy as np

    threshold = float(np.quantile(scores[~own], 1 - _FALSE_SHARE))
    return threshold, float((scores[own] > threshold).mean())


def main() -> None:
    """Learn from the examples and write the weights; print each fact's cross-validated recall at its threshold."""
    model = sentence_model()
    if model is None:
        raise SystemExit(f"The sentence model is not installed: {HOW_TO_INSTALL}")
    found = learn(model, examples())
    keep_weights(Path(str(folder() / FILE)), [(each.fact, each.weights, each.bias - each.threshold) for each in found])
    for each in sorted(found, key=lambda one: one.recall):
        print(f"{each.fact:24} recall {each.recall:.2f}")
    print(f"{len(found)} facts, mean recall {sum(each.recall for each in found) / max(len(found), 1):.3f}")


if __name__ == "__main__":
    main()
