"""Long texts of the data in a figure: short where they would take the plot's place.

plotly cuts off no text: a category of 200 letters leaves no plot beside it. On hovering all of it
is shown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from watchframe.drawing.plotly_texts import Markup, escaped

Trace = Mapping[str, Any]
#: The letters of a text on an axis, in a legend or in a tile, at most; a time has as many.
LONGEST = 26
#: Of a longer text, such as an address on a chain, these tell it from others.
_HEAD, _TAIL = 15, 10
#: The letters of a line of a text on hovering.
_LINE = 60


def with_short_texts(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``traces`` and ``layout`` in which long names and categories are short.

    Values stay as they are, and so do different texts different ones.
    """
    traces, layout = figure["traces"], figure["layout"]
    short = _shortened(_texts_of(traces))
    if not short:
        return {"traces": traces, "layout": layout}
    layout = dict(layout)
    for name, place in (("xaxis", "x"), ("yaxis", "y")):
        if name in layout:
            layout[name] = {**layout[name], **_labels(traces, place, short)}
    if "polar" in layout:
        angles = {**layout["polar"]["angularaxis"], **_labels(traces, "theta", short)}
        layout["polar"] = {**layout["polar"], "angularaxis": angles}
    if "annotations" in layout:  # the names of pies
        layout["annotations"] = [
            {**item, "text": short.get(item["text"], item["text"])}
            for item in layout["annotations"]
        ]
    return {"traces": [_with_short_texts(trace, short) for trace in traces], "layout": layout}


#: Where texts of a trace stand: each is its own, or one of a list.
_PLACES = ("name", "labels", "x", "y", "theta")


def _texts_of(traces: Iterable[Trace]) -> Iterator[str]:
    for trace in traces:
        for place in _PLACES:
            yield from _texts(trace.get(place))
        yield from _texts(trace.get("node", {}).get("label"))
        yield from _texts(trace.get("title", {}).get("text"))


def _texts(value: object) -> Iterator[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return (text for text in values if isinstance(text, str))


def _shortened(texts: Iterable[str]) -> dict[str, str]:
    """Return each long text with a short one that no other text has."""
    found = dict.fromkeys(texts)
    taken, short = set(found), {}
    for text in found:
        if len(text) > LONGEST:
            shown, number = f"{text[:_HEAD]}…{text[-_TAIL:]}", 2
            while shown in taken:
                shown, number = f"{text[:_HEAD]}… ({number})", number + 1
            taken.add(shown)
            short[text] = shown
    return short


def _labels(traces: Iterable[Trace], place: str, short: Mapping[str, str]) -> dict[str, Any]:
    """Return what an axis has for its labels; its categories are those of the data."""
    found = {text for trace in traces for text in _texts(trace.get(place)) if text in short}
    aliases = {escaped(text): shown for text, shown in short.items() if text in found}
    return {"labelalias": aliases} if aliases else {}


def _with_short_texts(trace: Trace, short: Mapping[str, str]) -> Trace:
    if not any(text in short for text in _texts_of([trace])):
        return trace
    changed = dict(trace)
    if "node" in trace:
        labels = trace["node"]["label"]
        whole = {"customdata": list(map(_wrapped, labels)), "hovertemplate": _OF_NODE}
        shown = [short.get(label, label) for label in labels]
        changed["node"] = {**trace["node"], "label": shown, **whole}
        return changed
    if "title" in trace:
        title = trace["title"]["text"]
        changed["title"] = {**trace["title"], "text": short.get(title, title)}
    changed["hovertext"] = _hover_texts(trace, short)
    kinds = str(trace.get("hoverinfo", "all")).split("+")
    if not {"text", "all", "none", "skip"} & {*kinds}:
        changed["hoverinfo"] = "+".join(["text", *kinds])
    if "name" in trace:
        changed["name"] = short.get(trace["name"], trace["name"])
    if "labels" in trace:
        changed["labels"] = [short.get(label, label) for label in trace["labels"]]
    return changed


_OF_NODE = Markup("%{customdata}<extra>%{value}</extra>")


def _hover_texts(trace: Trace, short: Mapping[str, str]) -> list[Any]:
    """Return the text of each point: what is short elsewhere, and the text that it has."""
    name = [text for text in _texts(trace.get("name")) if text in short]
    if trace.get("type") == "heatmap":
        return [[_lines([y, x], short) for x in trace["x"]] for y in trace["y"]]
    columns = [_column(trace.get(place)) for place in ("labels", "x", "y", "theta")]
    told = _column(trace.get("text"))
    return [
        _lines([*name, *texts], short, "" if text is None else str(text))
        for text, *texts in zip_longest(told, *columns)
    ]


def _column(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _lines(texts: Iterable[object], short: Mapping[str, str], text: str = "") -> str:
    """Return the long ones of the texts, where the last one does not hold them, and that one."""
    whole = [one for one in texts if isinstance(one, str) and one in short and one not in text]
    return Markup("<br>".join(_wrapped(one) for one in (*whole, text) if one))


def _wrapped(text: str) -> str:
    return Markup("<br>".join(map(escaped, textwrap.wrap(text, _LINE))))
