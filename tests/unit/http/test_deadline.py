import pytest

from watchframe.client import Deadline
from watchframe.errors import ArgumentError, JobCancelledError, JobTimeoutError


@pytest.mark.parametrize("timeout", ["300", -1, -0.5, float("nan"), True, [300], 10**400])
def test_timeout_that_is_no_number_of_seconds_is_refused(timeout):
    with pytest.raises(ArgumentError, match="timeout is") as refused:
        Deadline.after(timeout)
    assert "None to wait as long as it takes" in refused.value.hint


def test_timeout_of_none_never_ends():
    assert Deadline.after(None).remaining() is None


def test_timeout_of_no_seconds_is_over_at_once():
    with pytest.raises(JobTimeoutError):
        Deadline.after(0).remaining()


def test_shorter_deadline_ends_sooner_and_never_later():
    assert Deadline.after(None).at_most(5).remaining() <= 5
    assert Deadline.after(60).at_most(5).remaining() <= 5
    assert Deadline.after(5).at_most(60).remaining() <= 5


def test_deadline_shorter_is_cancelled_with_its_parent():
    whole = Deadline.after(60)
    part = whole.at_most(5)
    whole.cancel()
    with pytest.raises(JobCancelledError):
        part.remaining()
