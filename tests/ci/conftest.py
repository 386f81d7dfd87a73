"""The tests here look at a pull request."""

from __future__ import annotations

from pathlib import Path

import pytest

from pull_requests import PullRequest, pull_request_in


@pytest.fixture
def pull_request(tmp_path: Path) -> PullRequest:
    """A checkout whose HEAD is the merge of a branch with one new fault into main."""
    return pull_request_in(tmp_path)
