"""Query snippets: created, changed, deleted."""

import pytest

from watchframe.errors import NotFoundError


def test_snippet_from_its_making_to_its_end(site):
    made = site.query_snippets.create("wk", "date_trunc('week', {{ t }})", description="a week")
    assert made.owner == "Admin"
    assert site.query_snippets.get(made.id) == made
    changed = site.query_snippets.update(made.id, text="date_trunc('month', {{ t }})")
    assert (changed.trigger, changed.description) == ("wk", "a week")
    assert changed.text.startswith("date_trunc('month'")
    frame = site.query_snippets.list().to_frame()
    assert frame["trigger"].tolist() == ["wk"]
    assert str(frame.dtypes["updated_at"]) == "datetime64[us, UTC]"
    assert site.query_snippets.delete(made.id, dry_run=True) == changed
    assert site.query_snippets.list() == [changed]
    assert site.query_snippets.delete(made.id) == changed
    with pytest.raises(NotFoundError):
        site.query_snippets.get(made.id)
