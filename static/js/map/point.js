/** The positions a reader asked about, each with the circle of its accuracy. */

const { L } = window;

export class PointMark {
  constructor(map) {
    this.layer = L.layerGroup().addTo(map);
  }

  show(point) {
    this.showAll([point]);
  }

  showAll(points) {
    this.clear();
    for (const point of points) this.#draw(point);
  }

  clear() {
    this.layer.clearLayers();
  }

  #draw({ lon, lat, accuracy }) {
    const at = [lat, lon];
    const plain = { pane: "point", interactive: false };
    if (accuracy) L.circle(at, { ...plain, radius: accuracy, className: "point-accuracy" }).addTo(this.layer);
    L.circleMarker(at, { ...plain, radius: 8, className: "point-halo" }).addTo(this.layer);
    L.circleMarker(at, { ...plain, radius: 8, className: "point-cross" }).addTo(this.layer);
    L.circleMarker(at, { ...plain, radius: 1, className: "point-cross" }).addTo(this.layer);
  }
}
