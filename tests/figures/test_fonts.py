"""The shipped Chinese fonts: complete, honest about what they hold, and really used in a PDF."""

import re
import subprocess
from pathlib import Path

import pytest
import typst
from babel.messages.pofile import read_po
from fontTools.ttLib import TTFont

from bpsym.fonts import FAMILY, coverage, font_directory, missing_characters

PROJECT = Path(__file__).parents[2]
FACES = {"Regular": "BpsymHan-Regular.otf", "Bold": "BpsymHan-Bold.otf"}


def test_coverage_is_what_both_fonts_hold() -> None:
    """coverage.txt lists exactly the characters that both font files map to a glyph."""
    held = [set(map(chr, TTFont(font_directory() / name).getBestCmap())) for name in FACES.values()]
    assert coverage() == held[0] & held[1]


def test_level_one_of_gb2312_is_covered() -> None:
    """All 3755 characters of GB 2312's first level are there: rows 16 to 55, the last one with 89 cells."""
    cells = [(row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) if (row, cell) <= (0xD7, 0xF9)]
    level_1 = "".join(bytes(cell).decode("gb2312") for cell in cells)
    assert len(level_1) == 3755
    assert missing_characters(level_1) == set()


def test_missing_characters_are_named() -> None:
    """A rare character, and a script the fonts do not hold, are reported; line ends are not."""
    assert missing_characters("交叉熵：∂E/∂w₅\n\t龘あ𝑤") == {"₅", "龘", "あ", "𝑤"}


def catalogues() -> list[Path]:
    """Return every zh catalogue of the project."""
    return sorted(path for path in (PROJECT / "bpsym").rglob("*.po") if "zh" in path.parts)


@pytest.mark.parametrize("catalogue", catalogues(), ids=lambda path: path.name)
def test_every_chinese_text_can_be_printed(catalogue: Path) -> None:
    """Each character of each translated text, outside the formulas' own signs, has a glyph."""
    with catalogue.open("rb") as file:
        messages = list(read_po(file))
    texts = [text for m in messages for text in (m.string if isinstance(m.string, (list, tuple)) else [m.string])]
    assert texts
    assert missing_characters("".join(text or "" for text in texts)) == set()


@pytest.mark.parametrize("style", FACES)
def test_names_are_our_own(style: str) -> None:
    """A modified font carries neither the reserved name Source nor the trademark Noto, but its notice and licence."""
    font = TTFont(font_directory() / FACES[style])
    for number in (1, 3, 4, 6):
        assert not {"source", "noto"} & set(re.split(r"[^a-z]+", font["name"].getDebugName(number).lower()))
    assert font["name"].getDebugName(1) == FAMILY
    assert font["CFF "].cff.fontNames == [f"BpsymHan-{style}"]
    assert "Adobe" in font["name"].getDebugName(0)
    assert font["name"].getDebugName(14) == "https://openfontlicense.org"
    assert font["OS/2"].fsType == 0, "free to embed"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (font_directory() / "OFL.txt").read_text(encoding="utf-8")


PAGE = """#set page(width: 300pt, height: auto)
#set text(font: ("Libertinus Serif", "Bpsym Han"), fallback: false)
反向传播：*误差信号*与梯度
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a PDF of `PAGE`, made by Typst with no font but its own and ours."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.typ").write_text(PAGE, encoding="utf-8")
    pdf = folder / "page.pdf"
    typst.compile(folder / "page.typ", output=pdf, ignore_system_fonts=True, font_paths=[font_directory()])
    return pdf


def test_typst_embeds_the_glyphs(page: Path) -> None:
    """Without system fonts a Chinese page embeds both faces, so nothing is shown as an empty box."""
    names = page.read_bytes()
    assert b"BpsymHan-Regular" in names
    assert b"BpsymHan-Bold" in names


@pytest.mark.optional_tool("pdftotext")
def test_chinese_text_can_be_read_back(page: Path) -> None:
    """The text of the PDF is the text of the page: the glyphs map back to their characters."""
    read = subprocess.run(["pdftotext", page, "-"], capture_output=True, check=True, encoding="utf-8").stdout
    assert read.strip() == "反向传播：误差信号与梯度"
