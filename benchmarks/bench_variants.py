"""Homework at scale: students and PDF files a second on one core, and memory against the number of students.

`python benchmarks/bench_variants.py [1000 10000 ...]`; each number of students is measured in a process of its own.
"""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bpsym.exports.roster import Student
from bpsym.render.engines import typst_pdf
from bpsym.variants.jobs import SHARD, Here, run
from bpsym.variants.store import opened
from bpsym.variants.work import Course, Shard, homework_of, make, settings

TEXT = (Path(__file__).parent.parent / "examples" / "homework.toml").read_text("utf-8")
ASKED = """\
asked = ["net inputs", "outputs", "loss", "error signals", "gradients", "updated", "E_o1", "E_o2", "dE_dout_o1"]
waive = ["equal answers"]"""  # the gradient of a bias is its error signal
FORTY = re.sub("asked = .*", ASKED, TEXT)  # ... with a trained bias for each unit: 40 values
for old, new in (
    ("digits = 8", "digits = 9"),
    ('biases = "frozen"', 'biases = "updated"'),
    ('bias = "shared"', 'bias = "unit"'),
    ("biases = [0.30, -0.20]", "biases = [[0.30, 0.10], [-0.20, 0.40]]"),
):
    FORTY = FORTY.replace(old, new)
STUDENTS_LEAST, PDF_LEAST = 500, 30  # a second and core


def students(count: int = 1000) -> float:
    """Students a second: blank and key in Markdown, 40 answers, drawn, checked, proved and filled in."""
    course = Course(FORTY, "homework.toml", 1, b"", ("md",))
    assert len(homework_of(course).structures[0].asked) == 40
    make(Shard(course, ((0, "warm", ""),)))
    began = time.process_time()
    for first in range(0, count, SHARD):
        make(Shard(course, tuple((n, f"s{n}", "") for n in range(first, first + SHARD))))
    return count / (time.process_time() - began)


def pdf_files(count: int = 60) -> float:
    """Three-page PDF files a second from one warm compiler: a sheet of 40 answers and its key."""
    from bpsym.render.formats import BY_NAME
    from bpsym.variants.sheets import template
    from bpsym.variants.work import filling_of

    course = Course(FORTY, "homework.toml", 1)
    homework = homework_of(course)
    variants = homework.variants([f"s{n}" for n in range(count + 1)])
    made = template(homework.structures[0], "blank", BY_NAME["pdf"])
    sources = [made.filled(filling_of(homework, v, v.student, homework.answers(v))) for v in variants]
    typst_pdf(sources[0])
    began = time.process_time()
    for source in sources[1:]:
        typst_pdf(source)
    return count / (time.process_time() - began)


def memory(count: int) -> int:
    """Megabytes at most, and files on the disk, of a class made in this process."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), new=True) as store:
        course = Course(TEXT, "homework.toml", 1, b"", ("md",))
        store.begin(settings(course), (Student(f"{n:06}", "", "", n) for n in range(count)), waived=False)
        run(store, course, Here(), 1, lambda _done, _total: None)
        assert store.count() == (count, count)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(arguments: list[str]) -> None:
    """Print the figures; with --memory N only those of one class."""
    if arguments[:1] == ["--memory"]:
        print(memory(int(arguments[1])))
        return
    rate, files = students(), pdf_files()
    print(f"blank and key in Markdown, 40 answers: {int(rate)} students a second and core (at least {STUDENTS_LEAST})")
    print(f"three-page PDF files: {int(files)} a second and core (at least {PDF_LEAST})")
    for count in arguments:
        began = time.perf_counter()
        command = [sys.executable, __file__, "--memory", count]
        used = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        print(f"{count} students: {used} MB at most, {int(time.perf_counter() - began)} s")


if __name__ == "__main__":
    main(sys.argv[1:])
