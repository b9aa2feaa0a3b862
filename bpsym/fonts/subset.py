"""Make the fonts beside this file: `python -m bpsym.fonts.subset FOLDER_WITH_NOTO_CJK`.

It needs fontTools, which bpsym itself doesn't. The folder holds NotoSerifCJK-Regular.ttc and NotoSansCJK-Bold.ttc, as
Debian's package fonts-noto-cjk installs them in /usr/share/fonts/opentype/noto. The same input gives the same bytes.
"""

import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

from bpsym.fonts import FAMILY, font_directory

SOURCES = {  # style: the collection it is cut from
    "Regular": "NotoSerifCJK-Regular.ttc",
    "Bold": "NotoSansCJK-Bold.ttc",
}
SIMPLIFIED_CHINESE = 2  # place of the SC font in each collection

SYMBOL_ROWS = (1, 2, 3, 6)  # of GB 2312: punctuation and signs, numerals, full-width ASCII, Greek
LEVEL_1_ROWS = range(16, 56)  # of GB 2312: the 3755 most used characters

SIGNS = (
    "‐‑–—―‘’“”„†‡•…‰′″‹›※€™Ωℓ←↑→↓↔⇐⇒⇔∀∂∃∅∆∇∈∉∏∑−∓∕√∝∞∠∣∥∧∨∩∪∫∬∴∵≈≅≠≡≤≥≪≫⊂⊃⊆⊇⊕⊖⊗⊙⊥⋯"
    "¹²³⁴①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳■□▲△▶◆◇○●★☆✓〇"
)

# Characters outside level 1 that are met in mathematical Chinese, and in names of people who write or hand in sheets.
OUTSIDE_LEVEL_1 = (
    "熵阈冗悖啰伽鲲"
    "佘佟佶侃俪倩偲僖冼厍喆嗦囡堃奕奚妍姝娅婕婧婵婷媛嫄嫒嫣嫦嬴宓宥宸岑岚峥嵇嵩庾弋怡恺憬懿斐於旻昀昊昕昝昱昶晁晏晔晖晗晞晟"
    "暄暨曦桦梓梵楠榕樵歆殳毓沐沭泓淇淼溥滕滢潇澍濛濮瀚灏炜炫烨焱煊煜煦熠燚玮珂珏珺琚琛琦琨琪琰瑄瑕瑛瑜瑾璇璋璐璟璨皓眭睿瞿祎祺"
    "禧稷窦竺笙筠筱箐箫綦绛绮缜缤缪羿翀翊翎翡胥臧芃芊芮芷芸苒茗茜荀荃莘菁菡萱葳蓓蔺蕙薇藜蠡裘褚覃訾诠谌谕赟轲轼迥逄邈邬邰邸郗"
    "郜郦鄢酆酩鑫钭钰铠铮锴镕闫闵阙隗隽雯霁霆霏韬颉飒馨驷骁骅骊骐骞骥鹂鹭麒麟黉黛鼐"
)

COPYRIGHT = {
    "Regular": "© 2017-2022 Adobe (http://www.adobe.com/). Modified: subset and renamed for bpsym.",
    "Bold": "© 2014-2021 Adobe (http://www.adobe.com/). Modified: subset and renamed for bpsym.",
}
LICENCE = "This Font Software is licensed under the SIL Open Font License, Version 1.1."


def gb2312(rows: Iterable[int]) -> Iterator[str]:
    """Yield the characters of some rows of GB 2312; cells without a character are skipped."""
    for row in rows:
        for cell in range(1, 95):
            yield from bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312", errors="ignore")


def wanted() -> set[str]:
    """Return the characters the fonts should hold: ASCII, Latin-1, Greek, signs and the hanzi named above."""
    latin = [*range(0x20, 0x7F), *range(0xA0, 0x100)]
    greek = [*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA)]
    return {*map(chr, latin + greek), *SIGNS, *OUTSIDE_LEVEL_1, *gb2312(SYMBOL_ROWS), *gb2312(LEVEL_1_ROWS)}


def rename(font: TTFont, style: str) -> None:
    """Replace every name in `font` by the family's own, keeping the copyright notice and the licence."""
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    version = font["name"].getDebugName(5).split(";")[0]
    names = {
        0: COPYRIGHT[style],
        1: FAMILY,
        2: style,
        3: f"{version};{postscript}",
        4: f"{FAMILY} {style}",
        5: version,
        6: postscript,
        13: LICENCE,
        14: "https://openfontlicense.org",
    }
    font["name"].names = []
    for number, text in names.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    outlines = font["CFF "].cff
    outlines.fontNames = [postscript]
    top = outlines[0]
    top.FullName, top.FamilyName, top.Notice = names[4], FAMILY, COPYRIGHT[style]


def cut(source: Path, style: str) -> TTFont:
    """Return the simplified Chinese font of the collection `source`, cut down to `wanted()` and renamed."""
    font = TTCollection(source).fonts[SIMPLIFIED_CHINESE]
    font.recalcTimestamp = False
    options = subset.Options(layout_features=["kern"], hinting=False, drop_tables=["BASE", "VORG", "vhea", "vmtx"])
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(wanted())))
    cutter.subset(font)
    rename(font, style)
    return font


def ranges(points: set[int]) -> list[str]:
    """Write code points as sorted hexadecimal ranges: {32, 33, 34, 215} is ["20-22", "d7"]."""
    ordered = sorted(points)
    starts = ordered[:1] + [after for before, after in pairwise(ordered) if after != before + 1]
    ends = [before for before, after in pairwise(ordered) if after != before + 1] + ordered[-1:]
    return [f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in zip(starts, ends, strict=True)]


def main(folder: Path) -> None:
    """Write both fonts and coverage.txt into the package."""
    held: list[set[int]] = []
    for style, source in SOURCES.items():
        font = cut(folder / source, style)
        font.save(font_directory() / f"{FAMILY.replace(' ', '')}-{style}.otf")
        held.append(set(font.getBestCmap()))
    lines = "\n".join(ranges(set.intersection(*held)))
    (font_directory() / "coverage.txt").write_text(lines + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
