"""`python -m benchmarks.design [SET …] [--without-model] [--show]`: labelled briefs in two wordings.

A set is dev, heldout, dev2 or held3.  `--show` names single misses; of `held3`, which is for measuring only, none.
Beside ours stands the constant answer: the commonest value of each field, whatever the brief says.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from backend_lead.design.brief_file import Brief, understood
from backend_lead.design.designing import design_of
from backend_lead.design.likeness import Likenesses, likenesses
from backend_lead.model.design import Design

BRIEFS = Path(__file__).parent / "briefs"
CONSTANT = {"api_style": ["rest"], "realtime": ["none"], "stack": ["node"], "primary_db": ["postgresql"],
            "cache": ["yes"], "search": ["no"], "auth": ["jwt_refresh"], "authz": ["rbac"],
            "async_processing": ["job_queue"], "tenancy": ["single"], "scaling": ["horizontal"],
            "shape": ["monolith"]}
# Sets whose single misses nobody has read, so that their figure stays that of unseen briefs.
_UNREAD = {"held3"}
_HEAVY = {"kafka": ("async_processing", "stream"), "graphql": ("api_style", "graphql"),
          "microservices": ("shape", "services"), "sharding": ("scaling", "sharding"),
          "elasticsearch": ("search", "elasticsearch"), "mongodb_primary": ("primary_db", "mongodb"),
          "read_replicas": ("scaling", "read_replicas"), "grpc": ("api_style", "grpc"),
          "message_queue": ("async_processing", "message_queue"), "redis_required": ("cache", "yes")}


@dataclass
class Counts:
    """What was right of what was asked."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    constant: Counter[str] = field(default_factory=Counter)
    hard_right: int = 0
    hard: int = 0
    agree: int = 0
    pairs: int = 0
    traps: int = 0
    flagged: int = 0
    alarms: int = 0
    briefs: int = 0
    features: int = 0
    named: int = 0
    forbidden: int = 0
    broken: int = 0
    heavy: int = 0
    most_questions: int = 0
    useful: int = 0
    useful_asked: int = 0


def main(arguments: list[str]) -> None:
    """Measure the halves that are named, both without a name."""
    models = None if "--without-model" in arguments else likenesses()
    halves = [each for each in arguments if not each.startswith("--")] or ["dev", "heldout"]
    for half in halves:
        counts = Counts()
        started = time.process_time()
        for path in sorted((BRIEFS / half).glob("*.toml")):
            _brief(path, models, counts, show="--show" in arguments and half not in _UNREAD)
        spent = time.process_time() - started
        _print(half, counts, spent, models is not None)


def _brief(path: Path, models: Likenesses | None, counts: Counts, *, show: bool) -> None:
    labels = tomllib.loads(path.read_text(encoding="utf-8"))
    designs = [design_of(labels[wording], understood(Brief(labels[wording]), models)) for wording in "ab"]
    for wording, made in zip("ab", designs, strict=True):
        _decisions(f"{path.stem} {wording}", labels, made, counts, show=show)
        _around(f"{path.stem} {wording}", labels, made, counts, show=show)
    for decision in designs[0].decisions:
        counts.pairs += 1
        counts.agree += set(decision.choice) == set(designs[1].decision(decision.topic).choice)


def _decisions(name: str, labels: dict, made: Design, counts: Counts, *, show: bool) -> None:
    for topic, acceptable in labels["expected"].items():
        answers = [set(answer) for answer in acceptable]
        choice = made.decision(topic).choice
        right = set(choice) in answers
        constant = set(CONSTANT[topic]) in answers
        counts.asked[topic] += 1
        counts.right[topic] += right
        counts.constant[topic] += constant
        counts.hard += not constant
        counts.hard_right += right and not constant
        if show and not right:
            print(f"{name}: {topic} is {', '.join(choice)}, not {' or '.join(', '.join(each) for each in acceptable)}")


def _around(name: str, labels: dict, made: Design, counts: Counts, *, show: bool) -> None:
    warned = {each.id for each in made.cautions}
    expected = set(labels["warnings"])
    features = {each.id for each in made.features}
    chosen = {option for decision in made.decisions for option in decision.choice}
    counts.briefs += 1
    counts.traps += len(expected)
    counts.flagged += len(expected & warned)
    counts.alarms += len(warned - expected)
    counts.features += len(labels["features_must"])
    counts.named += len(features & set(labels["features_must"]))
    counts.forbidden += len(labels["features_must_not"])
    counts.broken += len((features | chosen) & set(labels["features_must_not"]))
    heavy = [each for each in labels["over_engineering"] if each in _HEAVY
             and _HEAVY[each][1] in made.decision(_HEAVY[each][0]).choice]
    counts.heavy += bool(heavy)
    counts.most_questions = max(counts.most_questions, len(made.questions))
    if labels["questions_any"]:
        counts.useful += 1
        counts.useful_asked += bool({each.topic for each in made.questions} & set(labels["questions_any"]))
    if show:
        for id in sorted(expected - warned):
            print(f"{name}: the trap {id} was not seen")
        for id in sorted(warned - expected):
            print(f"{name}: {id} is no trap of this brief")
        for each in heavy:
            print(f"{name}: {each} is too much")
        for id in sorted(set(labels["features_must"]) - features):
            print(f"{name}: the feature {id} is missing")


def _print(half: str, counts: Counts, spent: float, with_model: bool) -> None:
    print(f"\n{half}: {counts.briefs} wordings, {'with' if with_model else 'without'} the sentence model")
    print(f"{'':18} {'right':>12} {'share':>6} {'constant':>9}")
    for topic in counts.asked:
        print(f"{topic:18} {counts.right[topic]:>5} of {counts.asked[topic]:>3} "
              f"{counts.right[topic] / counts.asked[topic]:>6.3f} {counts.constant[topic] / counts.asked[topic]:>9.3f}")
    asked = counts.asked.total()
    print(f"{'all':18} {counts.right.total():>5} of {asked:>3} {counts.right.total() / asked:>6.3f} "
          f"{counts.constant.total() / asked:>9.3f}")
    print(f"where the commonest answer is wrong: {counts.hard_right} of {counts.hard} "
          f"({counts.hard_right / max(counts.hard, 1):.3f})")
    print(f"both wordings agree: {counts.agree} of {counts.pairs} ({counts.agree / counts.pairs:.3f})")
    print(f"traps seen: {counts.flagged} of {counts.traps}; warnings where there is no trap: {counts.alarms}")
    print(f"features that must be named: {counts.named} of {counts.features} ({counts.named / counts.features:.3f}); "
          f"named or chosen although advised against: {counts.broken} of {counts.forbidden}")
    print(f"too much built: {counts.heavy} wordings; most questions: {counts.most_questions}; "
          f"a useful question among them: {counts.useful_asked} of {counts.useful}")
    print(f"processor a wording: {spent / counts.briefs:.2f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
