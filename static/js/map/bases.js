/** Tianditu's tiles, offered only where the register has a key; without one no tile server is ever asked. */

import { word } from "../words.js";

const { L } = window;
const LAYERS = { vector: ["vec", "cva"], imagery: ["img", "cia"] };

export class Bases {
  constructor(map, key) {
    Object.assign(this, { map, key, shown: [] });
  }

  get names() {
    return this.key ? Object.keys(LAYERS) : [];
  }

  /** Show one base by name; any other name takes it away. */
  show(name) {
    this.shown.forEach((layer) => layer.remove());
    this.shown = this.key ? (LAYERS[name] ?? []).map((layer) => tiles(layer, this.key).addTo(this.map)) : [];
    this.map.getContainer().classList.toggle("has-tiles", this.shown.length > 0);
  }
}

function tiles(layer, key) {
  const query = `SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=${layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles`;
  return L.tileLayer(
    `https://t{s}.tianditu.gov.cn/${layer}_w/wmts?${query}&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}`,
    { key: encodeURIComponent(key), subdomains: "01234567", maxNativeZoom: 18, referrerPolicy: "strict-origin", attribution: word("tianditu") },
  );
}
