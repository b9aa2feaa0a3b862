"""The wheel, built and installed somewhere else: everything `bpsym` needs to run is in it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from source import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not any(ROOT.glob("bpsym/cli*")), reason="the command line does not exist yet"),
    # One worker builds the wheel once, also under `pytest -n`.
    pytest.mark.xdist_group("wheel"),
]

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that knows nothing of this checkout; what it says on failure is the test's message."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done


@dataclass(frozen=True)
class Installed:
    """A wheel and the environment it is installed in."""

    wheel: Path
    scripts: Path

    @property
    def files(self) -> set[str]:
        """The names in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel built from the work tree, in a new environment that sees this one's libraries but not its bpsym."""
    folder = tmp_path_factory.mktemp("wheel")
    # No isolation and no index: hatchling comes with the dev extras, and nothing is fetched.
    run(*PIP, "wheel", ROOT, "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, cwd=folder)
    (wheel,) = folder.glob("bpsym-*.whl")
    home = folder / "elsewhere"
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
    # A folder named in a .pth file is searched, but its own .pth files (the editable bpsym) are not read.
    Path(paths["purelib"], "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    scripts = Path(paths["scripts"])
    into = (*PIP, "--python", scripts / "python")
    run(*into, "install", "--no-deps", "--no-index", "--ignore-installed", wheel, cwd=folder)
    return Installed(wheel, scripts)


def test_the_wheel_is_what_runs(installed: Installed, tmp_path: Path) -> None:
    """In the new environment bpsym comes from the wheel and not from the checkout."""
    done = run(installed.scripts / "python", "-c", "import bpsym; print(bpsym.__file__)", cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(installed.scripts.parent)


def test_templates_fonts_and_words_are_in_it(installed: Installed) -> None:
    """Every template, and every file of the package that is no source, is in the wheel; tests and examples are not."""
    folders = {"templates": "bpsym/templates", "bpsym": "bpsym"}
    wanted = {
        f"{target}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, target in folders.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert wanted - installed.files == set()
    tops = {name.split("/")[0] for name in installed.files}
    assert tops == {"bpsym", installed.wheel.name.removesuffix("-py3-none-any.whl") + ".dist-info"}


@pytest.mark.parametrize(
    ("name", "start"),
    [("sheet.pdf", b"%PDF-"), ("sheet.md", b"#"), ("sheet.html", b"<!"), ("sheet.tex", b"% Compile once with xelatex")],
)
def test_worksheet_elsewhere(installed: Installed, tmp_path: Path, name: str, start: bytes) -> None:
    """The installed command writes a sheet from another folder, with the templates and fonts of the wheel."""
    example = ROOT / "examples" / "two-by-two.toml"
    run(installed.scripts / "bpsym", "worksheet", example, "-o", name, cwd=tmp_path)
    assert (tmp_path / name).read_bytes().lstrip().startswith(start)
