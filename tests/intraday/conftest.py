"""Both floors on a Monday at noon."""

import pytest

from tests.board.floors import make_floors
from wfm.org.tenancy import system_tenant


@pytest.fixture
def everything_visible():
    with system_tenant():
        yield


@pytest.fixture
def floors():
    with system_tenant():
        return make_floors()
