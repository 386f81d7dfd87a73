"""Learns from example sentences what each kind of request looks like; `python -m backend_lead.lead.learning`.

Multinomial logistic regression with a ridge (Hastie et al., Statistical Learning, 4.4), fitted by accelerated gradient
descent (Nesterov 1983) from zero, so that the same examples give the same weights.  Kinds with few examples weigh more
than their number, by its root.  `--check` prints the recall of each kind by five-fold cross-validation instead.
"""

from __future__ import annotations

import hashlib
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from backend_lead.design.sentence_model import HOW_TO_INSTALL, sentence_model
from backend_lead.lead.intents import folder, intents
from backend_lead.lead.likeness import FILE, features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

RIDGE = 1e-4
"""The penalty on the weights; chosen by cross-validation, where 3e-5 to 3e-4 make no difference."""

_ROUNDS = 1500
_FOLDS = 5


class _Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    like: list[str]


@lru_cache(maxsize=1)
def examples() -> tuple[tuple[str, int], ...]:
    """Return the example sentences in lower case, each with the place of its kind among `intents()`."""
    found: dict[str, int] = {}
    for place, kind in enumerate(intents()):
        text = (folder() / "requests" / f"{kind}.toml").read_text(encoding="utf-8")
        for each in msgspec.toml.decode(text, type=_Examples).like:
            found.setdefault(" ".join(each.lower().split()), place)
    return tuple(found.items())


def learned_from() -> str:
    """Return what tells one set of examples and patterns from another."""
    texts = [f"{place} {text}" for text, place in examples()]
    patterns = [pattern.pattern for each in intents().values() for pattern in (*each.patterns, *each.unless)]
    return hashlib.sha256("\n".join([*texts, *patterns]).encode()).hexdigest()[:16]


def fit(rows: Array, kinds: NDArray[np.int64], count: int) -> Array:
    """Return a column of weights for each of `count` kinds, the last row what is added."""
    import numpy as np

    share = (1 / np.sqrt(np.bincount(kinds, minlength=count).clip(1)))[kinds]
    share = (share / share.sum())[:, None]
    wide = np.hstack([rows, np.ones((len(rows), 1))])
    wanted = np.eye(count)[kinds]
    penalty = np.full((wide.shape[1], 1), RIDGE)
    penalty[-1] = 0
    pace = 1 / (0.5 * float(np.linalg.norm(wide * np.sqrt(share), 2)) ** 2 + RIDGE)
    weights = ahead = np.zeros((wide.shape[1], count))
    step = 1.0
    for _ in range(_ROUNDS):
        slope = wide.T @ (share * (_likely(wide @ ahead) - wanted)) + penalty * ahead
        found = ahead - pace * slope
        following = (1 + (1 + 4 * step * step) ** 0.5) / 2
        ahead = found + (step - 1) / following * (found - weights)
        weights, step = found, following
    return weights


def _likely(given: Array) -> Array:
    import numpy as np

    powers: Array = np.exp(given - given.max(axis=1, keepdims=True))
    likely: Array = powers / powers.sum(axis=1, keepdims=True)
    return likely


def _checked(rows: Array, kinds: NDArray[np.int64]) -> None:
    """Print how many of each kind's examples are recognised by what the others teach."""
    import numpy as np

    names = list(intents())
    fold = np.arange(len(kinds)) * 7919 % _FOLDS
    right = np.zeros(len(kinds), dtype=bool)
    for number in range(_FOLDS):
        out = fold == number
        weights = fit(rows[~out], kinds[~out], len(names))
        right[out] = (rows[out] @ weights[:-1] + weights[-1]).argmax(axis=1) == kinds[out]
    for place, name in enumerate(names):
        print(f"{name:18} {int(right[kinds == place].sum()):>3} of {int((kinds == place).sum())}")
    print(f"{len(kinds)} examples, {right.mean():.3f} recognised")


def main() -> None:
    """Learn from the examples and write the weights."""
    import numpy as np

    model = sentence_model()
    if model is None:
        raise SystemExit(f"The sentence model is not installed: {HOW_TO_INSTALL}")
    rows = features(model, [text for text, _ in examples()]).astype(np.float64)
    kinds = np.array([place for _, place in examples()])
    if "--check" in sys.argv[1:]:
        _checked(rows, kinds)
        return
    np.savez_compressed(
        Path(str(folder() / FILE)),
        kinds=np.array(list(intents())),
        weights=fit(rows, kinds, len(intents())).astype(np.float32),
        vectors=rows[:, : model.width].astype(np.float16),
        places=kinds,
        words=np.array(sorted({word for text, _ in examples() for word in re.findall(r"[a-z]{4,}", text)})),
        learned_from=np.array(learned_from()),
    )


if __name__ == "__main__":
    main()
