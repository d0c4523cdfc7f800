"""Build what is released and check it: `python tests/packaging/check_wheel.py`.

1. From a copy of the files that git knows: the source distribution, and the wheel made from it.
2. What they hold, and that the parts in C use nothing but Python's limited interface; that the
   settings for the other systems name each of them.
3. The parts in C without a warning, by each compiler that is there, with and without the lines that
   only some compilers understand.
4. In an empty environment without a compiler, away from the clone, with the oldest Python and the
   newest that is there: the quickstart and the decoder's tests.
5. There also the decoder's tests with what was built without a compiler.

It needs a C compiler, and ends at the first step that fails, with the exit code 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from environment import PYTHONS, ROOT, ensure_environment, python_of, run_command, say
from run import find_python

COMPILERS = ("gcc", "clang")
STRICT = "-std=c11 -Wall -Wextra -Wpedantic -Werror"
PORTABLE = "-DWATCHFRAME_PORTABLE"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
#: What the decoder's tests need.
TEST_PACKAGES = PROJECT["tool"]["cibuildwheel"]["test-requires"]
DECODER_TESTS = str(ROOT / "tests/packaging/decoder_tests.py")
#: All that stands at the top of the source distribution; setuptools adds the last three.
IN_THE_SOURCE = {
    *("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py", "watchframe"),
    *("PKG-INFO", "setup.cfg", "watchframe.egg-info"),
}
#: For each system its processors, and what its wheels are for.
SYSTEMS = {
    "linux": (
        ("x86_64", "aarch64"),
        {f"{c}linux_{processor}" for c in ("many", "musl") for processor in ("x86_64", "aarch64")},
    ),
    "macos": (("x86_64", "arm64"), {"macosx_x86_64", "macosx_arm64"}),
    "windows": (("AMD64", "ARM64"), {"win_amd64", "win_arm64"}),
}
#: Settings of the machine that would change what is built, or bring the clone's package along.
NOT_PASSED_ON = {"CC", "CFLAGS", "LDFLAGS", "PYTHONPATH", "PYTHONHOME", "WATCHFRAME_COMPILED"}


def main() -> None:
    """Run all steps."""
    ensure_environment("packaging")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        clone, built = folder / "clone", folder / "built"
        copy_clone(clone)
        build(clone, built)
        source, wheel = next(built.glob("*.tar.gz")), next(built.glob("*.whl"))
        check_contents(clone, source, wheel)
        check_systems(clone)
        portable = build_strictly(clone, folder)
        versions = there_are()
        with ThreadPoolExecutor() as pool:
            done = [
                pool.submit(
                    use,
                    Installation(folder / version, python),
                    wheel,
                    # What the slow ones search depends on the decoder, not on the Python.
                    ("-m", "not slow") if version != min(versions, key=number) else (),
                    (portable, source) if version == max(versions, key=number) else None,
                )
                for version, python in versions.items()
            ]
            for future in done:
                future.result()
    say("\nThe wheel and the source distribution are right.")


def copy_clone(target: Path) -> None:
    """Copy the files that git knows or would add, as they stand now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / name)


def build(clone: Path, target: Path) -> None:
    """Build the source distribution, and from it the wheel."""
    run(
        "build",
        [sys.executable, "-m", "build", "--outdir", target, clone],
        environment(WATCHFRAME_COMPILED="1", CFLAGS="-g0"),
    )
    for path in sorted(target.iterdir()):
        say(f"   {path.name}: {path.stat().st_size / 1e3:.0f} kB")


def check_contents(clone: Path, source: Path, wheel: Path) -> None:
    """Check what is in both files, and what is said of them."""
    run("description", [tool("twine"), "check", "--strict", source, wheel])
    run("wheel", [tool("check-wheel-contents"), wheel], cwd=clone)
    run("limited interface", [tool("abi3audit"), "--strict", "--summary", wheel])
    if "-cp311-abi3-" not in wheel.name:
        sys.exit(f"The wheel is not for every Python: {wheel.name}")
    package = {
        path.relative_to(clone).as_posix()
        for path in (clone / "watchframe").rglob("*")
        if path.is_file()
    }
    in_c = {name for name in package if name.endswith((".c", ".h"))}
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
    compiled = {name for name in files if name.endswith((".abi3.so", ".pyd"))}
    check_same("wheel", files - compiled, package - in_c)
    check_same(
        "parts in C of the wheel",
        {name.partition(".")[0] for name in compiled},
        {name.removesuffix(".c") for name in in_c if name.endswith(".c")},
    )
    with tarfile.open(source) as archive:
        members = {name.partition("/")[2] for name in archive.getnames()}
    check_same("package in the source distribution", members & package, package)
    check_same(
        "source distribution",
        {name.partition("/")[0] for name in members} - {""},
        IN_THE_SOURCE,
    )


def check_systems(clone: Path) -> None:
    """Check that cibuildwheel takes its settings, and builds for each system."""
    for system, (processors, wanted) in SYSTEMS.items():
        command = [tool("cibuildwheel"), "--print-build-identifiers", "--platform", system]
        output = run(f"wheels for {system}", [*command, "--archs", ",".join(processors)], cwd=clone)
        pairs = [line.split("-", 1) for line in output.splitlines()]
        built = {tag for python, tag in pairs if python == "cp311"}
        check_same(f"wheels for {system}", built, wanted)
        later = {tag for python, tag in pairs if python != "cp311"}
        check_same(f"tests with a later Python on {system}", later, wanted)


def check_same(name: str, found: set[str], wanted: set[str]) -> None:
    """End where files are missing, or too many."""
    if found != wanted:
        sys.exit(f"{name}: missing {sorted(wanted - found)}, too many {sorted(found - wanted)}")


def build_strictly(clone: Path, folder: Path) -> Path:
    """Compile with all warnings as errors; return a folder with the portable parts in C."""
    compilers = [name for name in COMPILERS if shutil.which(name)]
    if not compilers:
        sys.exit(f"There is none of these compilers: {', '.join(COMPILERS)}")
    for compiler in compilers:
        for flags in (STRICT, f"{STRICT} {PORTABLE}"):
            target = Path(tempfile.mkdtemp(dir=folder))
            command = [sys.executable, "setup.py", "-q", "build_ext", "--force"]
            run(
                f"{compiler} {flags}",
                [*command, "--build-lib", target, "--build-temp", target / "objects"],
                environment(CC=compiler, CFLAGS=flags, WATCHFRAME_COMPILED="1"),
                cwd=clone,
            )
    return target


def there_are() -> dict[str, str]:
    """Return the oldest Python and the newest of those that are there, with their paths."""
    found = {version: find_python(version) for version in PYTHONS}
    versions = {version: python for version, python in found.items() if python}
    if not versions:
        sys.exit(f"There is none of these Pythons: {', '.join(PYTHONS)}")
    first, last = min(versions, key=number), max(versions, key=number)
    return {version: versions[version] for version in dict.fromkeys((first, last))}


def use(
    installation: Installation,
    wheel: Path,
    arguments: tuple[str, ...],
    portable_and_source: tuple[Path, Path] | None,
) -> None:
    """Run what one Python runs; with the portable parts in C, and without any, where they are."""
    installation.make(wheel)
    installation.run_quickstart()
    installation.run_decoder_tests("the wheel", *arguments)
    if portable_and_source:
        portable, source = portable_and_source
        installation.replace_compiled(portable)
        installation.run_decoder_tests("portable C", "-k", "test_compiled")
        installation.install_without_compiler(source)
        installation.run_decoder_tests("without a compiler", "--without-compiled")


def number(version: str) -> tuple[int, ...]:
    """Return a version as numbers, which sort as versions do."""
    return tuple(map(int, version.split(".")))


class Installation:
    """An environment with the wheel; its PATH has no compiler.

    Parameters
    ----------
    folder : Path
        That of the environment, named by the version of its Python.
    python : str
        The Python that makes it.
    """

    def __init__(self, folder: Path, python: str) -> None:
        self.version = folder.name
        self.folder = folder
        self.made_by = python
        self.python = python_of(folder)
        self.environment = environment(PATH=str(self.python.parent))

    def make(self, wheel: Path) -> None:
        """Make an environment with nothing but the wheel, what it needs, and pytest."""
        title = f"Python {self.version}: environment"
        run(title, [self.made_by, "-m", "venv", "--without-pip", self.folder])
        self._install("installation", f"{wheel}[demo]", *TEST_PACKAGES)

    def run_quickstart(self) -> None:
        """Run the quickstart; the environment that it makes in a clone is here already."""
        script = copy_of(ROOT / "notebooks/quickstart.py", self.folder / "clone/notebooks")
        made = script.parents[1] / "tests/environment.py"
        made.parent.mkdir()
        made.write_text("def ensure_environment(*extras: str) -> None: ...\n", encoding="utf-8")
        self._run("quickstart", script)

    def run_decoder_tests(self, what: str, *arguments: str) -> None:
        """Run the decoder's tests."""
        self._run(f"decoder, {what}", DECODER_TESTS, *arguments)

    def replace_compiled(self, built: Path) -> None:
        """Put other parts in C in the place of the wheel's."""
        command = [self.python, "-c", "import watchframe; print(watchframe.__path__[0])"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        for path in (built / "watchframe/decode").iterdir():
            target = Path(done.stdout.strip(), "decode", path.name)
            target.unlink()  # the name of each is the wheel's, or this fails
            shutil.copy(path, target)

    def install_without_compiler(self, source: Path) -> None:
        """Install the source distribution in the wheel's place."""
        self._install("build without a compiler", "--force-reinstall", "--no-deps", source)

    def _install(self, name: str, *what: str | Path) -> None:
        # This environment's pip, as to put one into each takes longer than most of the steps.
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--no-compile"]
        title = f"Python {self.version}: {name}"
        run(title, [*pip, "--quiet", *what], self.environment, cwd=self.folder)

    def _run(self, name: str, *command: str | Path) -> None:
        title = f"Python {self.version}: {name}"
        run(title, [self.python, *command], self.environment, cwd=self.folder)


def copy_of(file: Path, folder: Path) -> Path:
    """Copy a file into a new folder; return its path."""
    folder.mkdir(parents=True)
    return Path(shutil.copy(file, folder))


def environment(**changes: str) -> dict[str, str]:
    """Return this process's variables without those that would change a build, and with others."""
    kept = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    return {**kept, **changes}


def tool(name: str) -> str:
    """Return the path of a command of this environment."""
    return str(Path(sys.executable).with_name(name))


def run(
    name: str,
    command: list[str | Path],
    variables: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a step and return its output; say how long it took.

    Where it fails, its output is shown, and this process ends.
    """
    started = time.monotonic()
    done = run_command(command, environment() if variables is None else variables, cwd=cwd)
    taken = f"{time.monotonic() - started:.1f} s"
    if done.returncode != 0:
        say(done.stdout)
        sys.exit(f"== {name} FAILED after {taken}: {' '.join(map(str, command))}")
    lines = done.stdout.strip().splitlines()
    say(f"== {name}: {taken}" + (f" | {lines[-1]}" if lines else ""))
    return done.stdout


if __name__ == "__main__":
    main()
