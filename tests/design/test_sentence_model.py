"""The sentence model in numpy: vectors of length one, alike for alike sentences, and facts that no pattern foresaw."""

from __future__ import annotations

import pytest

from backend_lead.design.likeness import likenesses
from backend_lead.design.sentence_model import HOW_TO_INSTALL, sentence_model

pytestmark = pytest.mark.skipif(sentence_model() is None, reason=f"the sentence model is not installed: {HOW_TO_INSTALL}")


def test_alike_sentences_have_near_vectors():
    model = sentence_model()
    assert model is not None
    vectors = model.vectors(["A cat sits on the mat.", "There is a cat on the rug.", "The invoice is due in March."])
    assert vectors.shape == (3, 384)
    assert (vectors ** 2).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert vectors[0] @ vectors[1] > .6
    assert vectors[0] @ vectors[2] < .2


def test_a_vector_does_not_depend_on_its_neighbours():
    model = sentence_model()
    assert model is not None
    alone = model.vectors(["People write to each other."])
    beside = model.vectors(["x", "People write to each other.", "A much longer sentence with many more words in it."])
    assert (alone[0] == beside[1]).all()


def test_a_brief_is_like_its_kind():
    compared = likenesses()
    assert compared is not None
    from backend_lead.design.understanding import understand

    known = understand("Hairdressers offer free times, and their guests pick one of them and come.", compared)
    assert known.likeness is not None
    assert known.likeness.id == "booking"
