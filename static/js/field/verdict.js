/**
 * Inside, outside or too close to tell, worked out on the device as `gi_registry/places/geometry.py` does it: even-odd
 * rule and distance to the nearest edge, in the plane that touches the ellipsoid at the point. Both are tested with the
 * same points.
 */

const SEMI_MAJOR_M = 6_378_137; // CGCS2000's ellipsoid
const FLATTENING = 1 / 298.257222101;
const ON_THE_BORDER_M = 1e-6; // nearer than a micrometre is on the border
const RADIANS = Math.PI / 180;

/** Length in metres of one degree of longitude and one of latitude at `lat`. */
function metresPerDegree(lat) {
  const e2 = FLATTENING * (2 - FLATTENING);
  const w2 = 1 - e2 * Math.sin(lat * RADIANS) ** 2;
  const primeVertical = SEMI_MAJOR_M / Math.sqrt(w2);
  const meridian = (primeVertical * (1 - e2)) / w2;
  return [primeVertical * Math.cos(lat * RADIANS) * RADIANS, meridian * RADIANS];
}

/** Square of the distance from the origin to the edge that leads from (x, y) by (dx, dy). */
function squareToEdge(x, y, dx, dy) {
  const along = Math.min(Math.max(-(x * dx + y * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return (x + along * dx) ** 2 + (y + along * dy) ** 2;
}

/** Whether the edge, which passes the origin's latitude, does so to the east of it. */
function crossesEast(x, y, dx, dy) {
  return x * dy > y * dx === dy > 0;
}

/** Whether the point is inside `rings` (closed, in degrees, [lon, lat]; the border counts), and metres to the border. */
export function lie(rings, lon, lat) {
  const [perLon, perLat] = metresPerDegree(lat);
  let nearest = Infinity;
  let crossings = 0;
  for (const ring of rings) {
    const there = ring.map(([east, north]) => [(east - lon) * perLon, (north - lat) * perLat]);
    for (let at = 1; at < there.length; at++) {
      const [[x, y], [toX, toY]] = [there[at - 1], there[at]];
      nearest = Math.min(nearest, squareToEdge(x, y, toX - x, toY - y));
      crossings += y > 0 !== toY > 0 && crossesEast(x, y, toX - x, toY - y);
    }
  }
  const distance = Math.sqrt(nearest);
  return { inside: crossings % 2 === 1 || distance < ON_THE_BORDER_M, distance };
}

/** Inside or outside only where the border is farther off than position and border together may be wrong. */
export function verdict({ inside, distance }, accuracy, uncertainty) {
  const doubt = accuracy + uncertainty;
  if (doubt && distance <= doubt) return "too_close";
  return inside ? "inside" : "outside";
}

/** The verdict on a position ({lon, lat, accuracy_m}) and an area ({rings, uncertainty_m}), as a record keeps it. */
export function judged({ lon, lat, accuracy_m }, { rings, uncertainty_m }) {
  const found = lie(rings, lon, lat);
  return {
    verdict: verdict(found, accuracy_m, uncertainty_m),
    inside: found.inside,
    distance_m: Math.round(found.distance * 10) / 10,
    uncertainty_m,
  };
}

/** Metres between two places that are near each other. */
export function metresBetween(one, other) {
  const [perLon, perLat] = metresPerDegree(one.lat);
  return Math.hypot((one.lon - other.lon) * perLon, (one.lat - other.lat) * perLat);
}
