"""Draw again what was drawn: whom to inspect and who inspects, from what was published before and after.

    python3 redraw.py draw.json

The file is the JSON of a draw from the register's pages: {"frame", "frame_hash", "commitment", "seed", "result"}. The
script needs nothing but Python 3. It checks that the frame has the hash and the seed fits the commitment that were
published before the draw, draws again, prints the list, and ends with 0 where all agrees, with 1 where anything does
not.

The rule. `frame_hash` is the SHA-256 of the frame written as JSON with sorted keys, without spaces, in UTF-8;
`commitment` that of the seed's 64 characters followed by the hash's 64. Within each stratum the targets are ordered by
HMAC-SHA256(seed, "target/CODE"), and the first so many are drawn: `share` of them rounded up, at least `least`. For
each the inspectors who need not withdraw are ordered by HMAC-SHA256(seed, "inspector/CODE/SIGN"), and the first `team`
go.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import sys
from pathlib import Path
from typing import Any

NEEDED = ("frame", "frame_hash", "commitment", "seed", "result")


def frame_hash(frame: dict[str, Any]) -> str:
    """SHA-256 of the frame in its one way of being written."""
    text = json.dumps(frame, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(seed: str, hashed_frame: str) -> str:
    """What is published of the seed before the draw."""
    return hashlib.sha256((seed + hashed_frame).encode()).hexdigest()


def rank(seed: str, text: str) -> str:
    """Where something stands in the order that the seed gives."""
    return hmac.new(bytes.fromhex(seed), text.encode(), hashlib.sha256).hexdigest()


def able(frame: dict[str, Any], code: str) -> list[str]:
    """The inspectors who need not withdraw from a target."""
    withdrawn = {sign for sign, target in frame["recusals"] if target == code}
    return [sign for sign in frame["inspectors"] if sign not in withdrawn]


def draw(frame: dict[str, Any], seed: str) -> list[dict[str, Any]]:
    """[{"stratum", "target", "inspectors"}, …] by stratum, in the order in which they were drawn."""
    strata: dict[str, list[str]] = {}
    for target in frame["targets"]:
        strata.setdefault(target["stratum"], []).append(target["code"])
    rule = frame["rule"]
    drawn = []
    for stratum, codes in sorted(strata.items()):
        # Rounded first, since 0.2 of 15 is a little more than 3 in a computer's numbers.
        wanted = max(rule["least"], math.ceil(round(rule["share"] * len(codes), 6)))
        for code in sorted(codes, key=lambda code: rank(seed, f"target/{code}"))[:wanted]:
            ranks = {rank(seed, f"inspector/{code}/{sign}"): sign for sign in able(frame, code)}
            team = [ranks[key] for key in sorted(ranks)][: rule["team"]]
            drawn.append({"stratum": stratum, "target": code, "inspectors": team})
    return drawn


def differences(published: dict[str, Any]) -> list[str]:
    """What does not agree with what was published, in sentences."""
    hashed = frame_hash(published["frame"])
    checks = {
        "名录与抽取前公布的指纹不符。": hashed == published["frame_hash"],
        "种子与抽取前公布的指纹不符。": commitment(published["seed"], hashed) == published["commitment"],
        "重新抽取的结果与公布的不同。": draw(published["frame"], published["seed"]) == published["result"],
    }
    return [sentence for sentence, agrees in checks.items() if not agrees]


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stdout.write("用法：python3 redraw.py 抽取数据.json\n")
        return 1
    try:
        published = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    except OSError:
        sys.stdout.write(f"打不开文件 {arguments[0]}：请写对文件名，在文件所在的文件夹里运行。\n")
        return 1
    except ValueError:
        sys.stdout.write(f"{arguments[0]} 不是完整的 JSON：请从登记簿的抽取页重新下载。\n")
        return 1
    if not isinstance(published, dict) or set(NEEDED) - set(published):
        sys.stdout.write(f"{arguments[0]} 不是一次抽取的数据：请从登记簿的抽取页下载。\n")
        return 1
    if not published["seed"]:
        sys.stdout.write("还没有抽取：种子尚未公布。\n")
        return 1
    for line in draw(published["frame"], published["seed"]):
        sys.stdout.write(f"{line['stratum']}\t{line['target']}\t{'、'.join(line['inspectors'])}\n")
    wrong = differences(published)
    sys.stdout.write("\n".join(wrong or ["与公布的结果一致。"]) + "\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
