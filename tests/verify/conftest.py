"""What several tests of verify share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from confined import confined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ProcessPoolExecutor

MEGABYTES = 500


@pytest.fixture(scope="module")
def cell() -> Iterator[ProcessPoolExecutor]:
    """A process that has half a gigabyte for somebody's document."""
    with confined(MEGABYTES) as pool:
        yield pool
