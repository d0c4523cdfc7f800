"""Count the files that a read's values walk through: ``python tests/benchmarks/read_walk.py [-v]``.

Each call of a function of the package that takes the value, or something that holds it (`self`
apart), is an entry into its file, in call order; entries into one file in a row are one. ``files``
are the different ones; ``returns`` is how often a file is entered that was left before. The second
pair counts ``watchframe/read`` alone. It shows whether a change makes a value wander.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, FunctionType

import msgspec
from IPython.core.interactiveshell import InteractiveShell

import watchframe
from watchframe import Client, read_watch_query
from watchframe.demo import DemoServer

PACKAGE = Path(watchframe.__file__).parent
QUERY, AMOUNT, AGE, DEPTH = 1, 777, 4321.0, 5

Wanted = Callable[[object], bool]


def main() -> None:
    """Print a line for each value."""
    with DemoServer(events=500) as demo, tempfile.TemporaryDirectory() as folder:
        client = watchframe.connect(demo.url, demo.user_key, cache_dir=folder)
        read = functools.partial(read_watch_query, QUERY, {"min_amount": AMOUNT})
        read(cache="off")  # what is imported when it is first used
        tell("params, a run", lambda: read(max_age=0), is_amount)
        tell("params, a hit", lambda: read(max_age="1d"), is_amount)
        tell("max_age", lambda: read_one_that_is_not_stored(client), is_age)
        tell("a result's body", lambda: read(max_age=0), is_result)
        shell = InteractiveShell.instance()
        shell.run_line_magic("load_ext", "watchframe")
        line = f"{QUERY} -p min_amount={AMOUNT} --refresh --no-display -o df"
        shell.run_line_magic("watch", line)
        tell("a magic's line", lambda: shell.run_line_magic("watch", line), is_amount)


def read_one_that_is_not_stored(client: Client) -> None:
    """Read with the age, so that the server is asked with it too."""
    read_watch_query(QUERY, {"min_amount": 5}, max_age=AGE, client=client)


def is_amount(thing: object) -> bool:
    """Whether it is the parameter's value, or a text with it."""
    return isinstance(thing, int | str) and f"={thing}".endswith(f"={AMOUNT}")


def is_age(thing: object) -> bool:
    """Whether it is the age."""
    return isinstance(thing, int | float) and thing == AGE


def is_result(thing: object) -> bool:
    """Whether it is a result on its way."""
    return type(thing).__name__ in ("ResultBody", "DecodedResult", "Answer", "Table")


def tell(name: str, run: Callable[[], object], is_it: Wanted) -> None:
    """Print the counts of one value, and with -v its way."""
    way = walk(run, is_it)
    within = collapsed(file for file in way if file.startswith("read/"))
    counts = [f"{len(set(way))} files, {len(way) - len(set(way))} returns" for way in (way, within)]
    sys.stdout.write(f"{name:<16} {counts[0]:<24} in read/: {counts[1]}\n")
    if "-v" in sys.argv:
        sys.stdout.write(f"    {' > '.join(way)}\n")


def walk(run: Callable[[], object], is_it: Wanted) -> list[str]:
    """Return the files that the value enters while `run` runs."""
    found: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(str(PACKAGE)):
            return
        file = Path(code.co_filename).relative_to(PACKAGE).as_posix()
        if file.startswith(("demo/", "testing")) or code.co_name.startswith("<"):
            return
        taken = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if any(holds(frame.f_locals.get(name), is_it) for name in taken if name != "self"):
            found.append(file)

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return collapsed(iter(found))


def collapsed(files: Iterator[str]) -> list[str]:
    """Return the files without repetitions in a row."""
    found: list[str] = []
    for file in files:
        if found[-1:] != [file]:
            found.append(file)
    return found


def holds(thing: object, is_it: Wanted, depth: int = DEPTH) -> bool:
    """Whether a thing is the value, or holds it."""
    return is_it(thing) or (
        depth > 0 and any(holds(item, is_it, depth - 1) for item in parts(thing))
    )


def parts(thing: object) -> Iterator[object]:
    """Return what a container, a dataclass, a struct or a closure holds."""
    if isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, list | tuple | set):
        yield from thing
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        yield from (getattr(thing, field.name, None) for field in dataclasses.fields(thing))
    elif isinstance(thing, msgspec.Struct):
        yield from (getattr(thing, name) for name in thing.__struct_fields__)
    elif isinstance(thing, functools.partial):
        yield from (*thing.args, *thing.keywords.values())
    elif isinstance(thing, FunctionType):
        for cell in thing.__closure__ or ():
            with contextlib.suppress(ValueError):  # it is still empty
                yield cell.cell_contents


if __name__ == "__main__":
    main()
