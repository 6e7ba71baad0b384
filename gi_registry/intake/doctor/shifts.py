"""GCJ-02 and BD-09 turned to CGCS2000 for whole arrays: the formulas of `places.datums`, held to them by a test."""

from __future__ import annotations

import numpy as np

from gi_registry.places.datums import BD_TURN, CHINA, CLOSE_ENOUGH, GCJ_E2, GCJ_SEMI_MAJOR_M


def cgcs2000_to_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The forward shift; arrays of degrees in and out."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (waves + 20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (waves + 20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y / 30 * np.pi)) * 2 / 3
    phi = np.radians(lat)
    w2 = 1 - GCJ_E2 * np.sin(phi) ** 2
    prime_vertical = GCJ_SEMI_MAJOR_M / np.sqrt(w2)
    meridian = prime_vertical * (1 - GCJ_E2) / w2
    return lon + np.degrees(east / (prime_vertical * np.cos(phi))), lat + np.degrees(north / meridian)


def gcj02_to_cgcs2000(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The positions whose shift ends at (lon, lat), by repeating the shift until all of them stand still. Web maps do
    not shift what lies outside China, where the formula has no meaning: it stays."""
    (west, east), (south, north) = CHINA["lon"], CHINA["lat"]
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    result_lon, result_lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    result_lon[inside], result_lat[inside] = unshifted(result_lon[inside], result_lat[inside])
    return result_lon, result_lat


def unshifted(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The search itself, for positions in China."""
    guess_lon, guess_lat = lon, lat
    for _round in range(20):
        shifted_lon, shifted_lat = cgcs2000_to_gcj02(guess_lon, guess_lat)
        off_lon, off_lat = shifted_lon - lon, shifted_lat - lat
        guess_lon, guess_lat = guess_lon - off_lon, guess_lat - off_lat
        if np.all(np.abs(off_lon) + np.abs(off_lat) < CLOSE_ENOUGH):
            break
    return guess_lon, guess_lat


def bd09_to_cgcs2000(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """百度's second shift undone, then the first."""
    x, y = lon - 0.0065, lat - 0.006
    z = np.hypot(x, y) - 0.00002 * np.sin(y * BD_TURN)
    theta = np.arctan2(y, x) - 0.000003 * np.cos(x * BD_TURN)
    return gcj02_to_cgcs2000(z * np.cos(theta), z * np.sin(theta))
