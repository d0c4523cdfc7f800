import pytest

from watchframe.client import Deadline
from watchframe.errors import ArgumentError, JobTimeoutError


@pytest.mark.parametrize("timeout", ["300", -1, -0.5, float("nan"), True, [300]])
def test_timeout_that_is_no_number_of_seconds_is_refused(timeout):
    with pytest.raises(ArgumentError, match="timeout is") as refused:
        Deadline.after(timeout)
    assert "None to wait as long as it takes" in refused.value.hint


def test_timeout_of_none_never_ends():
    assert Deadline.after(None).remaining() is None


def test_timeout_of_no_seconds_is_over_at_once():
    with pytest.raises(JobTimeoutError):
        Deadline.after(0).remaining()
