"""Measure a dashboard of 77 widgets over 20 queries: reading it, drawing it beside that, its HTML.

Run it with ``python tests/benchmarks/board_speed.py``. Times are of the best of three runs, without
the local cache; "first" is when the first tile is drawn.
"""

import itertools
import sys
import time
import warnings

from ipywidgets.widgets.widget import _instances

from watchframe import Client, read_watch_dashboard
from watchframe.demo import DemoServer
from watchframe.drawing.board_tiles import Tile
from watchframe.read import drawn_board
from watchframe.read.options import ReadOptions
from watchframe.references import parse_dashboard_reference
from watchframe.widgets.live_board import BoardReads, LiveBoard

WIDGETS, QUERIES, RUNS = 77, 20, 3


def main() -> None:
    warnings.simplefilter("ignore")
    with DemoServer() as demo, Client(demo.url, demo.user_key) as client:
        number = make_dashboard(client)
        reference = parse_dashboard_reference(number)
        times: dict[str, list[float]] = {"read": [], "read and drawn": [], "first": [], "HTML": []}
        times |= {"live, returned": [], "live, all shown": []}
        for _ in range(RUNS):
            begun = time.perf_counter()
            read_watch_dashboard(number, cache="off", errors="keep", client=client)
            times["read"].append(time.perf_counter() - begun)
            drawn: list[float] = []

            def note(tile: Tile, drawn: list[float] = drawn) -> None:
                if tile.content is not None:
                    drawn.append(time.perf_counter())

            begun = time.perf_counter()
            board = drawn_board(
                reference,
                None,
                ReadOptions.resolve(reference, client=client, cache="off"),
                on_tile=note,
            )
            times["read and drawn"].append(time.perf_counter() - begun)
            times["first"].append(drawn[0] - begun)
            begun = time.perf_counter()
            page = board.to_html()
            times["HTML"].append(time.perf_counter() - begun)
            begun = time.perf_counter()
            live = LiveBoard(
                BoardReads(reference=reference, client=client, cache="off"), None, is_live=True
            )
            times["live, returned"].append(time.perf_counter() - begun)
            live.wait()
            times["live, all shown"].append(time.perf_counter() - begun)
            widgets = len(_instances)
            live.close()
    say = sys.stdout.write
    say(f"{len(board)} of {WIDGETS} widgets drawn, over {QUERIES} queries\n")
    for name, found in times.items():
        say(f"{name:<16}{min(found):6.2f} s, {min(found) / min(times['read']):5.2f} x read\n")
    say(f"{'live':<16}{widgets:6,} models of widgets\n")
    say(f"{'page':<16}{len(page) / 1e6:6.2f} MB\n")


def make_dashboard(client: Client) -> int:
    """Return the id of a new dashboard, whose widgets show all visualizations of some queries."""
    dashboard = client.dashboards.create("Seventy-seven widgets")
    queries = (client.queries.get(item.id) for item in client.queries.list())
    plain = itertools.islice((query for query in queries if not query.parameters), QUERIES)
    shown = itertools.cycle(item for query in plain for item in query.visualizations)
    for at, visualization in enumerate(itertools.islice(shown, WIDGETS)):
        place = {"col": at % 3 * 4, "row": at // 3 * 8, "sizeX": 4, "sizeY": 8}
        client.widgets.create(
            dashboard.id, visualization_id=visualization.id, options={"position": place}
        )
    return dashboard.id


if __name__ == "__main__":
    main()
