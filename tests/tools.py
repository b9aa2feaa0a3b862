"""Programs that are no Python packages: a test that needs one is skipped without it, except where it must be there."""

from __future__ import annotations

import os
import shutil

import pytest

# What a tool is called on some machines, and what to install where it is missing.
OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome")}
DEBIAN_PACKAGES = {
    "chromium": "chromium",
    "lualatex": "texlive-luatex",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "xelatex": "texlive-xetex",
}


def find(name: str) -> str | None:
    """The path of a program, or None."""
    return next((path for each in (name, *OTHER_NAMES.get(name, ())) if (path := shutil.which(each))), None)


def require(name: str) -> str:
    """The path of a program; without it the test is skipped, or fails where BPSYM_REQUIRE_TOOLS is set."""
    __tracebackhide__ = True
    path = find(name)
    if path is not None:
        return path
    missing = f"{name} is not installed (Debian package {DEBIAN_PACKAGES.get(name, name)})"
    if os.environ.get("BPSYM_REQUIRE_TOOLS"):
        pytest.fail(missing)
    pytest.skip(missing)
