"""What the sentences of a brief are like: the example sentences of facts and archetypes, compared as vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from backend_lead.design.clauses import Sentence
from backend_lead.design.example_vectors import example_vectors
from backend_lead.design.fact_weights import fact_weights
from backend_lead.design.knowledge_files import archetypes, fact_kinds
from backend_lead.design.sentence_model import SentenceModel, sentence_model

if TYPE_CHECKING:
    from backend_lead.design.sentence_model import Array

# Cosine above which a sentence says what an example says, and by how much it must be nearer to that example than to a
# counter-example.  Chosen on the development half of benchmarks/design; see benchmarks/README.md.
ALIKE = 0.62
NEARER = 0.06
# How far below its threshold a learned fact may stay where its sentence holds a hint of it, and how far above it has to
# be where the sentence ends in a denial.
HINTED = .35
DENIED = .1
_WORDS = 5
MOST = 60
"""Sentences that are compared, the first of a brief: more would cost seconds and say little new."""


class Likenesses:
    """The example sentences of the knowledge as vectors, to compare a brief with."""

    def __init__(self, model: SentenceModel) -> None:
        self.model = model
        self._texts = _texts()
        self._vectors = example_vectors(model, tuple(self._texts))
        self._rows = {text: number for number, text in enumerate(self._texts)}

    def facts(self, said: Sequence[Sentence]) -> Mapping[str, str]:
        """Return the facts that a sentence or clause of the brief is like, each with that sentence."""
        read = [(piece, sentence) for sentence in said[:MOST]
                for piece in dict.fromkeys((sentence.text, *sentence.clauses)) if len(piece.split()) >= _WORDS]
        if not read:
            return {}
        pieces = [piece for piece, _ in read]
        vectors = self.model.vectors(pieces)
        denied = [sentence.denied(len(sentence.text), len(sentence.text)) for _, sentence in read]
        found = _learned(read, denied, vectors)
        for kind in fact_kinds().values():
            if not kind.like:
                continue
            near = (vectors @ self._of(kind.like).T).max(axis=1)
            far = (vectors @ self._of(kind.unlike).T).max(axis=1) if kind.unlike else near * 0
            for number, piece in enumerate(pieces):
                if not denied[number] and near[number] >= ALIKE and near[number] - far[number] >= NEARER:
                    found[kind.id] = piece
                    break
        return found

    def archetypes(self, text: str, said: Sequence[Sentence]) -> Mapping[str, float]:
        """Return how alike a brief is to each archetype, between 0 and 1: the whole text, and its best sentence."""
        vectors = self.model.vectors([text, *(sentence.text for sentence in said[:MOST])])
        found = {}
        for id, kind in archetypes().items():
            near = vectors @ self._of(tuple(kind.like)).T
            best = near.max(axis=1)
            found[id] = float(max(0.0, .6 * best[0] + .4 * best[1:].max(initial=0.0)))
        return found

    def _of(self, texts: Sequence[str]) -> Array:
        return self._vectors[[self._rows[text] for text in texts]]


def _learned(read: Sequence[tuple[str, Sentence]], denied: Sequence[bool], vectors: Array) -> dict[str, str]:
    """Return the facts that a piece is on the near side of, by what was learned from examples.

    Where a sentence holds one of a fact's hints, less likeness is enough; where it ends in a denial, more is needed.
    """
    learned = fact_weights()
    if learned is None:
        return {}
    facts, weights, biases = learned
    kinds = fact_kinds()
    scores = vectors @ weights.T + biases
    found: dict[str, str] = {}
    for column, fact in enumerate(facts):
        kind = kinds[fact]
        for row in scores[:, column].argsort()[::-1]:
            piece, sentence = read[row]
            if any(pattern.search(sentence.text) for pattern in kind.unless):
                continue
            score = scores[row, column] - (DENIED if denied[row] else 0.0)
            hinted = any(hint.search(sentence.text) for hint in kind.hints)
            if score > (-HINTED if hinted else 0.0) and (hinted or not kind.said_only):
                found[fact] = piece
                break
            if scores[row, column] < -HINTED:
                break
    return found


@lru_cache(maxsize=1)
def likenesses() -> Likenesses | None:
    """Return the comparison, or None where the sentence model is not installed."""
    model = sentence_model()
    return Likenesses(model) if model is not None else None


def _texts() -> list[str]:
    texts = [text for kind in fact_kinds().values() for text in (*kind.like, *kind.unlike)]
    texts += [text for kind in archetypes().values() for text in kind.like]
    return list(dict.fromkeys(texts))
