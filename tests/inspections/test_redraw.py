from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from gi_registry.inspections import redraw

SEED = "00" * 32
FRAME = {
    "plan": "2026-J001",
    "draw": 1,
    "rule": {"share": 0.2, "least": 1, "team": 2},
    "targets": [{"code": f"C{n:02d}", "name": "示例", "stratum": "a/low" if n < 15 else "b/high"} for n in range(18)],
    "inspectors": ["J01", "J02", "J03", "J04"],
    "recusals": [["J01", f"C{n:02d}"] for n in range(18)],
}


def published(**more):
    hashed = redraw.frame_hash(FRAME)
    known = {"frame": FRAME, "frame_hash": hashed, "seed": SEED, "commitment": redraw.commitment(SEED, hashed)}
    return known | {"result": redraw.draw(FRAME, SEED)} | more


def ran(tmp_path, content):
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "-S", redraw.__file__, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONUTF8": "1"})


def test_of_each_stratum_its_share_is_drawn_rounded_up_and_at_least_the_least():
    result = redraw.draw(FRAME, SEED)

    assert Counter(line["stratum"] for line in result) == {"a/low": 3, "b/high": 1}
    assert len({line["target"] for line in result}) == 4


def test_whoever_must_withdraw_is_never_drawn_and_each_target_has_two():
    seeds = [f"{number:064x}" for number in range(50)]
    teams = [line["inspectors"] for seed in seeds for line in redraw.draw(FRAME, seed)]

    assert {len(set(team)) for team in teams} == {2}
    assert set().union(*teams) == {"J02", "J03", "J04"}


def test_every_target_is_drawn_about_as_often_over_many_seeds():
    drawn = Counter(line["target"] for number in range(2_000) for line in redraw.draw(FRAME, f"{number:064x}"))

    low = [drawn[f"C{number:02d}"] for number in range(15)]
    assert (min(low) > 330, max(low) < 470) == (True, True)  # 400 expected; four times the deviation of 18


def test_the_same_seed_gives_the_same_list_and_the_order_of_the_frame_does_not_matter_to_who_is_drawn():
    turned = FRAME | {"targets": FRAME["targets"][::-1], "inspectors": FRAME["inspectors"][::-1]}

    assert redraw.draw(turned, SEED) == redraw.draw(FRAME, SEED)
    assert redraw.draw(FRAME, "01" * 32) != redraw.draw(FRAME, SEED)


def test_the_script_stands_alone_and_agrees(tmp_path):
    done = ran(tmp_path, published())

    lines = [f"{line['stratum']}\t{line['target']}\t{'、'.join(line['inspectors'])}" for line in published()["result"]]
    assert (done.returncode, done.stdout, done.stderr) == (0, "\n".join([*lines, "与公布的结果一致。\n"]), "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"frame_hash": "0" * 64}, "名录与抽取前公布的指纹不符。"),
        ({"commitment": "0" * 64}, "种子与抽取前公布的指纹不符。"),
        ({"result": []}, "重新抽取的结果与公布的不同。"),
    ],
)
def test_the_script_says_what_does_not_agree(tmp_path, changed, sentence):
    done = ran(tmp_path, published(**changed))

    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, sentence)


def test_another_frame_under_the_same_hash_is_noticed():
    smaller = FRAME | {"targets": FRAME["targets"][1:]}

    assert redraw.differences(published(frame=smaller))[0] == "名录与抽取前公布的指纹不符。"


def test_before_the_draw_the_script_says_that_the_seed_is_not_published(tmp_path):
    done = ran(tmp_path, published(seed="", result=[]))

    assert (done.returncode, done.stdout) == (1, "还没有抽取：种子尚未公布。\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "用法：python3 redraw.py 抽取数据.json"),
        (["nothing.json"], "打不开文件 nothing.json：请写对文件名，在文件所在的文件夹里运行。"),
        (["broken.json"], "broken.json 不是完整的 JSON：请从登记簿的抽取页重新下载。"),
        (["other.json"], "other.json 不是一次抽取的数据：请从登记簿的抽取页下载。"),
    ],
)
def test_what_the_script_cannot_read_is_said_in_one_line(tmp_path, arguments, sentence):
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "other.json").write_text("[]")
    command = [sys.executable, "-I", "-S", redraw.__file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONUTF8": "1"})

    assert (done.returncode, done.stdout, done.stderr) == (1, f"{sentence}\n", "")
