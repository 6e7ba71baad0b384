/** Arithmetic on GeoJSON polygons in degrees, for labels and for what lies under the pointer; verdicts come from the server. */

/** The polygons of a Polygon or MultiPolygon, each a list of rings. */
export function polygonsOf(geometry) {
  if (!geometry) return [];
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

/** Whether the point lies in the geometry. */
export function covers(geometry, lon, lat) {
  return polygonsOf(geometry).some((rings) => rings.reduce((inside, ring) => inside !== crosses(ring, lon, lat), false));
}

/** Whether a ray from the point crosses the ring an odd number of times. */
function crosses(ring, lon, lat) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [x1, y1] = ring[i];
    const [x2, y2] = ring[j];
    if (y1 > lat !== y2 > lat && lon < ((x2 - x1) * (lat - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}

/** West, south, east, north. */
export function boxOf(geometry) {
  const points = polygonsOf(geometry).flatMap((rings) => rings[0]);
  const lons = points.map(([lon]) => lon);
  const lats = points.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

const STEPS = 16;

/** A place for a label: inside the geometry and `window`, as far from the edges of both as a grid of points can tell. */
export function labelPoint(geometry, window) {
  const box = boxOf(geometry);
  const [west, south] = [Math.max(box[0], window[0]), Math.max(box[1], window[1])];
  const [east, north] = [Math.min(box[2], window[2]), Math.min(box[3], window[3])];
  if (west >= east || south >= north) return null;
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const corners = polygonsOf(geometry).flat(2);
  let best = null;
  for (let i = 1; i < STEPS; i++) {
    for (let j = 1; j < STEPS; j++) {
      const lon = west + ((east - west) * i) / STEPS;
      const lat = south + ((north - south) * j) / STEPS;
      if (!covers(geometry, lon, lat)) continue;
      const toWindow = Math.min((lon - window[0]) * squeeze, (window[2] - lon) * squeeze, lat - window[1], window[3] - lat);
      const toCorner = Math.min(...corners.map(([x, y]) => Math.hypot((x - lon) * squeeze, y - lat)));
      const room = Math.min(toWindow, toCorner);
      if (!best || room > best.room) best = { lon, lat, room };
    }
  }
  return best;
}
