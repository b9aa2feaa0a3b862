"""The Chinese fonts bpsym ships, so that a Chinese PDF needs nothing installed.

The family is called "Bpsym Han" and follows the custom of Chinese textbooks: the text face is a Song (serif), the bold
face, for headings and emphasis, a Hei (sans):

    BpsymHan-Regular.otf   a subset of Noto Serif CJK SC Regular 2.001
    BpsymHan-Bold.otf      a subset of Noto Sans CJK SC Bold 2.004
    coverage.txt           the characters both of them hold, as ranges of hexadecimal code points
    OFL.txt                the SIL Open Font License 1.1 with the fonts' copyright notices

Both were made on Debian 12 (package fonts-noto-cjk 1:20220127+repack1-1) with fontTools by

    python -m bpsym.fonts.subset /usr/share/fonts/opentype/noto

which gives the same bytes each time. The fonts are renamed because they are modified versions: Adobe reserves the name
"Source" for the family they come from, Noto is a trademark of Google, and a subset must not pass for the font of that
name that may be installed beside it.

In Typst: `font_paths=[font_directory()]` and `set text(font: (..., "Bpsym Han"))`. In LaTeX: fontspec's or xeCJK's
`[Path=<font_directory()>/, Extension=.otf, UprightFont=*-Regular, BoldFont=*-Bold]{BpsymHan}`.
"""

from functools import lru_cache
from pathlib import Path

FAMILY = "Bpsym Han"


def font_directory() -> Path:
    """Return the folder that holds the two fonts, their licence and their coverage."""
    return Path(__file__).parent


@lru_cache(maxsize=1)
def coverage() -> frozenset[str]:
    """Return every character that both the regular and the bold face can show."""
    found: set[str] = set()
    for line in (font_directory() / "coverage.txt").read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


def missing_characters(text: str) -> set[str]:
    """Return the characters of `text` that the fonts lack; line ends and tabs don't count."""
    return set(text) - coverage() - set("\n\r\t")
