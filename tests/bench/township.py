"""A township's file of 50 MB, GBK without .cpg, diagnosed and, to compare, read by pyogrio alone; each in a child."""

from __future__ import annotations

import math
import resource
import subprocess
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import django
import geopandas
import numpy as np
import pyogrio
import shapely
from shapely import MultiPolygon, Polygon

SEED = 20_261_124
FILES = {"villages": (400, 7_800), "parcels": (50_000, 60)}  # features and vertices of each: 16 bytes a vertex
WEST, SOUTH, WIDE = 116.75, 38.62, 0.4  # degrees
JITTER = 0.2  # of the way from one vertex to the next, as in a surveyed border
ROUNDS = 7


def border(random: np.random.Generator, lon: float, lat: float, reach: float, vertices: int) -> Polygon:
    """A ring that swings gently and trembles a little."""
    turn = np.linspace(0, 2 * math.pi, vertices, endpoint=False)
    swing = sum(random.uniform(0, 0.08) * np.sin(k * turn + random.uniform(0, 6)) for k in (2, 3, 5, 9))
    radius = reach * (1 + swing)
    ring = np.column_stack((lon + radius * np.cos(turn), lat + radius * np.sin(turn)))
    return Polygon(ring + random.normal(0, JITTER * 2 * math.pi * reach / vertices / 2, ring.shape))


def build(path: Path, features: int, vertices: int) -> Path:
    """The file, unless an earlier run left it."""
    if path.exists():
        return path
    random = np.random.default_rng(SEED)
    side = math.ceil(math.sqrt(features))
    cell = WIDE / side
    drawn = [
        border(random, WEST + cell * (n % side + 0.5), SOUTH + cell * (n // side + 0.5), cell * 0.35, vertices)
        for n in range(features)
    ]
    columns = {
        "名称": [f"示例{n}村" for n in range(features)],
        "代码": [f"120118{n % 1000:03}" for n in range(features)],
        "备注": ["随机生成的测试数据"] * features,
    }
    with tempfile.TemporaryDirectory() as folder:
        shp = Path(folder) / "township.shp"
        geopandas.GeoDataFrame(columns, geometry=drawn, crs=4490).to_file(shp, engine="pyogrio", encoding="GB18030")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix != ".cpg":
                    archive.write(part, f"乡镇{part.suffix}")
    return path


def figures(path: Path, *acts: str) -> tuple[list[float], float]:
    """Seconds of each act (the best of some rounds, taken in turn so that all see the same machine) and the most memory
    in MB of the child that does them; acts are "read" and "diagnose"."""
    command = [sys.executable, "-m", "tests.bench.township", str(path), *acts]
    *seconds, memory = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    return seconds, memory


def read(path: Path) -> None:
    pyogrio.read_dataframe(path)


def diagnose(path: Path) -> None:
    from gi_registry.intake import doctor  # noqa: PLC0415 -- needs Django

    district = MultiPolygon([shapely.box(116.70, 38.58, 117.25, 39.07)])
    doctor.diagnose(path, path.name, district, lambda stage, share: None)  # noqa: ARG005


ACTS: dict[str, Callable[[Path], None]] = {"read": read, "diagnose": diagnose}


def main(path: Path, *acts: str) -> None:
    seconds: dict[str, list[float]] = {act: [] for act in acts}
    django.setup()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the bare reading cannot know the encoding
        for act in [*acts] * ROUNDS:
            start = time.perf_counter()
            ACTS[act](path)
            seconds[act].append(time.perf_counter() - start)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    sys.stdout.write(f"{' '.join(str(min(taken)) for taken in seconds.values())} {megabytes}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
