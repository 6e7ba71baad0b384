/** A place to sign with a finger, a pen or the mouse; what was drawn becomes a PNG. */

import { sha256 } from "./photo.js";

const WIDTH = 720;
const HEIGHT = 288;

export class Pad {
  #pen;
  #at = null;
  drawn = false;

  /** `ended()` is told each time a stroke ends. */
  constructor(canvas, ended) {
    this.canvas = canvas;
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.#pen = canvas.getContext("2d");
    this.#pen.lineWidth = 5;
    this.#pen.lineCap = this.#pen.lineJoin = "round";
    this.clear();
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#draw(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => this.#end(ended));
  }

  clear() {
    this.#pen.fillStyle = "#fff";
    this.#pen.fillRect(0, 0, WIDTH, HEIGHT);
    this.drawn = false;
  }

  /** What was signed before. */
  async show(blob) {
    this.#pen.drawImage(await createImageBitmap(blob), 0, 0);
    this.drawn = true;
  }

  /** The PNG as a record keeps it. */
  async picture() {
    const blob = await new Promise((resolve) => this.canvas.toBlob(resolve, "image/png"));
    const bytes = await blob.arrayBuffer();
    return { sha256: await sha256(bytes), bytes, media_type: "image/png", taken_at: new Date().toISOString() };
  }

  #place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * WIDTH, ((clientY - box.top) / box.height) * HEIGHT];
  }

  #begin(event) {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.#at = this.#place(event);
    this.#draw(event);
  }

  #draw(event) {
    if (!this.#at) return;
    const to = this.#place(event);
    this.#pen.beginPath();
    this.#pen.moveTo(...this.#at);
    this.#pen.lineTo(...to);
    this.#pen.stroke();
    this.#at = to;
    this.drawn = true;
  }

  #end(ended) {
    if (!this.#at) return;
    this.#at = null;
    ended();
  }
}
