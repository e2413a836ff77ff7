"""Every code has a page; its wrong example gives that code, its right example does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shots import ShotListErrors, load_shots
from shots.problem import CODES
from storyboard.plan.preset_check import preset_problems

GOLDEN = Path(__file__).parent / "golden" / "problems.txt"
ROOT = Path(__file__).parents[1]


def problems_of(page, heading, folder):
    """What `storyboard check` says about an example; its blocks may be several files."""
    example = page.split(f"\n{heading}:\n")[1].split("\nRight:\n")[0]
    for block in re.findall(r"```yaml\n(.*?)```", example, re.DOTALL):
        name = re.match(r"# (\S+\.yaml)\n", block)
        (folder / (name[1] if name else "board.yaml")).write_text(block, encoding="utf-8")
    try:
        return preset_problems(load_shots(folder / "board.yaml"), None)
    except ShotListErrors as errors:
        return errors.problems


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_of_a_page_gives_its_code_and_the_right_one_does_not(code, tmp_path):
    page = CODES[code].page
    heading = f"# {code}, {CODES[code].level}: {CODES[code].title}\n\n"
    assert page.startswith(heading)
    assert code in [problem.code for problem in problems_of(page, "Wrong", tmp_path)]
    right = problems_of(page, "Right", tmp_path)
    assert code not in [problem.code for problem in right]
    assert [problem.render() for problem in right if problem.level == "error"] == []
    assert len(page.removeprefix(heading).split("\nWrong:")[0]) > 60


def golden_problems(folder):
    """Each code's first problem in the example of its page, as it is printed."""
    texts = []
    for code in CODES:
        found = [p for p in problems_of(CODES[code].page, "Wrong", folder) if p.code == code]
        texts.append(found[0].render().replace(f"{folder}/", ""))
    return "\n".join(texts) + "\n"


def test_the_texts_of_problems_are_those_that_were_reviewed(pytestconfig, tmp_path):
    if pytestconfig.getoption("--update-golden", default=False):
        GOLDEN.write_text(golden_problems(tmp_path), encoding="utf-8")
    assert golden_problems(tmp_path) == GOLDEN.read_text(encoding="utf-8")


def test_every_code_that_the_program_uses_is_in_the_table_and_no_other():
    sources = [*ROOT.glob("shots/**/*.py"), *ROOT.glob("storyboard/**/*.py")]
    used = {
        code
        for path in sources
        if path.name != "problem.py"
        for code in re.findall(r"\bSB\d{3}\b", path.read_text(encoding="utf-8"))
    }
    assert used == set(CODES)
