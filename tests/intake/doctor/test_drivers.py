from __future__ import annotations

import pyogrio
import pytest

from gi_registry.intake.doctor.drivers import KEPT, OPTIONS, restrict
from tests.intake.doctor import files


def test_only_the_drivers_that_are_needed_are_left():
    assert restrict() == frozenset(pyogrio.list_drivers())
    assert restrict() <= KEPT
    assert {"ESRI Shapefile", "GPKG", "GeoJSON", "LIBKML", "CSV", "XLSX"} <= restrict()


def test_a_file_that_names_another_is_not_followed(tmp_path):
    restrict()
    files.geojson(tmp_path / "secret.geojson", files.TOWN)
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{tmp_path}/secret.geojson</SrcDataSource></OGRVRTLayer>'
    path = files.written(tmp_path / "a.vrt", f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.read_info(path)


def test_no_address_is_fetched():
    restrict()
    assert {name: pyogrio.get_gdal_config_option(name) for name in OPTIONS}["CPL_VSIL_CURL_ALLOWED_FILENAME"] == "none"
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.read_info("/vsicurl/http://127.0.0.1:9/a.geojson")
