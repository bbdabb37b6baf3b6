"""Who writes reports, and an exam that waits for one."""

import pytest

from imaging.access.models import User
from imaging.orders.models import Exam
from tests import people
from tests.reporting import stories


@pytest.fixture
def exam() -> Exam:
    return stories.finished_exam()


@pytest.fixture
def resident() -> User:
    return people.resident()


@pytest.fixture
def radiologist() -> User:
    return people.radiologist()
