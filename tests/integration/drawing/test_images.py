"""Images by a real kaleido and a real Chromium."""

import struct
import subprocess

import pandas as pd
import pytest

from watchframe import draw_frame
from watchframe.errors import ArgumentError

BEGINNINGS = {
    "png": b"\x89PNG",
    "svg": b"<svg",
    "pdf": b"%PDF",
    "jpg": b"\xff\xd8\xff",
    "jpeg": b"\xff\xd8\xff",
    "webp": b"RIFF",
}


@pytest.mark.slow
def test_image_is_written_in_every_format(process, chromium, tmp_path):
    script = f"""
for suffix in {list(BEGINNINGS)}:
    drawing.to_image("chart." + suffix)
drawing.to_image("small.png", width=400, height=300)
drawing.to_image("sharp.png", width=400, height=300, scale=2)
print(drawing.figure.layout.height)
"""
    height = int(process(script, BROWSER_PATH=chromium))
    written = {path.name: path.read_bytes() for path in tmp_path.glob("*.*")}
    for suffix, beginning in BEGINNINGS.items():
        assert written[f"chart.{suffix}"].startswith(beginning)
    sizes = [png_size(written[f"{name}.png"]) for name in ("chart", "small", "sharp")]
    assert sizes == [(1600, 2 * height), (400, 300), (800, 600)]
    assert b"&#60;i&#62;c&#60;/i&#62;" in written["chart.svg"]
    assert len(written) == 8  # no drafts are left
    # The Chromium has ended with its process.
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path) not in left


@pytest.mark.slow
def test_image_ends_without_a_word_of_its_pipe(process, chromium):
    """choreographer logs an error where the end is told twice, which is a matter of luck."""
    script = """
import logging
drawing.to_image("chart.svg")
logging.getLogger("choreographer.channels.pipe").exception("JSONError decoding message. Ignoring")
"""
    assert process(script, BROWSER_PATH=chromium) == ""


@pytest.mark.slow
def test_image_that_is_too_large_is_an_error_and_ends_no_other(process, chromium):
    script = """
from watchframe.errors import ArgumentError
try:
    drawing.to_image("chart.png", width=1e7)
except ArgumentError as error:
    print(error)
for width in (1e7, 500):
    drawing.figure.update_layout(width=width)
    print("image/png" in drawing._repr_mimebundle_())
"""
    lines = process(script, BROWSER_PATH=chromium, WATCHFRAME_CHART_IMAGES="yes").splitlines()
    assert lines[0] == "Chromium drew no image of 10,000,000 x 400 pixels."
    assert "Give a smaller width" in lines[1]
    assert lines[2:] == ["False", "True"]


@pytest.mark.parametrize("size", [{"width": -5}, {"height": "9"}, {"scale": float("nan")}])
def test_image_of_a_size_that_is_none_is_refused(tmp_path, size):
    (name,) = size
    frame = pd.DataFrame({"day": ["a"], "amount": [1]})
    drawing = draw_frame(frame, {"type": "CHART", "options": {}})
    with pytest.raises(ArgumentError, match=f"{name} is ") as caught:
        drawing.to_image(tmp_path / "chart.png", **size)
    assert "Give a number above 0" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def png_size(content):
    return struct.unpack(">II", content[16:24])


@pytest.mark.parametrize("name", ["chart.gif", "chart", "chart.html"])
def test_image_of_another_suffix_is_refused(tmp_path, name):
    frame = pd.DataFrame({"day": ["a"], "amount": [1]})
    drawing = draw_frame(frame, {"type": "CHART", "options": {}})
    with pytest.raises(ArgumentError, match=f"'{name}' is no name of an image") as caught:
        drawing.to_image(tmp_path / name)
    assert "to_html()" in caught.value.hint


def test_image_of_what_is_no_plot_is_refused(tmp_path):
    drawing = draw_frame(pd.DataFrame({"day": ["a"]}), {"type": "TABLE", "name": "Rows"})
    with pytest.raises(ArgumentError, match="'Rows' is a TABLE: it has no figure") as caught:
        drawing.to_image(tmp_path / "rows.png")
    assert "to_html()" in caught.value.hint
