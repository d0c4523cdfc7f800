"""Where alerts are sent, and pieces of SQL: made, changed, deleted."""

import pytest

from watchframe.errors import NotFoundError, ResponseError

TOKEN = "s3cr3t-0123456789"


@pytest.fixture
def destination(site):
    options = {"url": "https://chat.invalid/hook", "token": TOKEN}
    made = site.destinations.create("desk", "webhook", options)
    yield made
    for item in site.destinations.list():
        site.destinations.delete(item.id)


def test_destination_shows_its_secret_to_nobody(site, destination):
    found = site.destinations.get(destination.id)
    assert (found.name, found.type) == ("desk", "webhook")
    assert found.options == {"url": "https://chat.invalid/hook", "token": "--------"}
    assert found.more == {"icon": "fa-bolt"}
    assert "chat.invalid" not in repr(found)


def test_update_of_one_option_keeps_the_others_and_the_secret(site, destination, own_server):
    changed = site.destinations.update(destination.id, options={"url": "https://chat.invalid/b"})
    assert (changed.name, changed.options["url"]) == ("desk", "https://chat.invalid/b")
    kept = own_server._store.destinations[destination.id]["options"]
    assert kept == {"url": "https://chat.invalid/b", "token": TOKEN}
    assert site.destinations.update(destination.id, name="night desk").name == "night desk"


def test_types_name_the_options_that_they_need(site):
    frame = site.destinations.types().to_frame().set_index("type")
    assert frame.loc["webhook", "required"] == ("url",)


def test_incomplete_destination_is_refused(site):
    with pytest.raises(ResponseError):
        site.destinations.create("nowhere", "webhook", {})


def test_destination_is_deleted_but_not_by_a_dry_run(site, destination):
    assert site.destinations.delete(destination.id, dry_run=True).name == "desk"
    assert [item.id for item in site.destinations.list()] == [destination.id]
    site.destinations.delete(destination.id)
    with pytest.raises(NotFoundError):
        site.destinations.get(destination.id)


def test_frame_of_destinations_is_typed_when_there_are_none(site):
    frame = site.destinations.list().to_frame()
    assert frame.empty
    assert (str(frame.dtypes["id"]), str(frame.dtypes["name"])) == ("Int64", "string")


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
