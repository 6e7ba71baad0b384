"""GDAL on a short lead: only the drivers that this register reads and writes with, and no network.

A file chooses its driver by its content, and some drivers follow what the file names: other files, addresses, commands
(VRT, GDALG, WFS, GML with a schema). pyogrio cannot be given a list of drivers, so all others leave the process.
"""

from __future__ import annotations

from ctypes import c_char_p, c_int, c_void_p
from functools import cache

import pyogrio
from django.contrib.gis.gdal.libgdal import lgdal

KEPT = frozenset({"ESRI Shapefile", "GPKG", "GeoJSON", "LIBKML", "KML", "CSV", "XLSX", "MEM", "Memory"})
OPTIONS = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "http://127.0.0.1:9",  # the discard port: whatever still tries to fetch, fails at once
    "GDAL_HTTP_MAX_RETRY": "0",
    "LIBKML_RESOLVE_STYLE": "NO",
}


@cache
def restrict() -> frozenset[str]:
    """Take all other drivers and the network from this process, once; returns the drivers left."""
    driver, name, deregister = lgdal["GDALGetDriver"], lgdal["GDALGetDriverShortName"], lgdal["GDALDeregisterDriver"]
    driver.restype, driver.argtypes = c_void_p, [c_int]
    name.restype, name.argtypes = c_char_p, [c_void_p]
    deregister.restype, deregister.argtypes = None, [c_void_p]
    for number in reversed(range(lgdal["GDALGetDriverCount"]())):
        one = driver(number)
        if name(one).decode() not in KEPT:
            deregister(one)
    pyogrio.set_gdal_config_options(OPTIONS)
    return frozenset(pyogrio.list_drivers())
