// Draws the wall: canvas only here, since five thousand tiles change at once.

import { color, faded } from "../ui/chart-theme.js";
import { impactLetter, impactTone, impactWords } from "./live-impact.js";
import { lasted } from "./live-rows.js";
import { layout } from "./wall-layout.js";

const TONES = ["under", "warn", "over", "goal"];
const LEAST_LETTER = 9;

export class WallCanvas {
  constructor(canvas, { data, texts }) {
    Object.assign(this, { canvas, data, texts, pen: canvas.getContext("2d"), sprites: new Map(), cut: new Map() });
    this.restyle();
  }

  // Colours of the theme that is on; the font of the page.
  restyle() {
    this.sprites.clear();
    this.grid = "";
    this.inks = Object.fromEntries(TONES.map((tone) => [tone, { line: color(`--${tone}`), soft: color(`--${tone}-soft`) }]));
    this.inks[""] = { line: color("--ink-3"), soft: color("--surface") };
    this.ink = color("--ink");
    this.ink2 = color("--ink-2");
    this.font = getComputedStyle(document.body).fontFamily;
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.width = box.width;
    this.height = box.height;
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.ratio = ratio;
    this.sprites.clear();
    this.cut.clear();
    this.grid = "";
  }

  // Rows in their order; those with a severity are large as far as there is room.
  draw(rows, marks, now) {
    if (this.cut.size > 5000) this.cut.clear();
    const large = rows.findIndex((row) => row.severity === 0);
    const count = large < 0 ? rows.length : large;
    const place = layout({
      width: this.width, height: this.height, screenHeight: window.innerHeight, large: count, small: rows.length - count,
    });
    this.#clear(place);
    for (let index = 0; index < place.drawn; index += 1) this.#large(rows[index], index, place, marks, now);
    for (let index = 0; index < place.fits; index += 1) this.#small(rows[place.drawn + index], index, place);
    return { drawn: place.drawn, small: place.fits, hidden: place.rest - place.fits };
  }

  // The large tiles are drawn anew each time; of the small ones, as long as they stay where they
  // are, those alone whose flag has changed.
  #clear(place) {
    const grid = `${place.side}|${place.perRow}|${place.top}|${place.fits}`;
    if (this.grid === grid) {
      this.pen.clearRect(0, 0, this.width, place.top);
      return;
    }
    this.grid = grid;
    this.flags = [];
    this.pen.clearRect(0, 0, this.width, this.height);
  }

  #large(row, index, place, marks, now) {
    const { pen } = this;
    const { name, gap, columns, tileWidth, tileHeight } = place;
    const x = (index % columns) * (tileWidth + gap);
    const y = Math.floor(index / columns) * (tileHeight + gap);
    const style = this.data.flags[row.flag];
    const ink = this.inks[style.tone];
    pen.fillStyle = ink.soft;
    pen.fillRect(x, y, tileWidth, tileHeight);
    pen.fillStyle = ink.line;
    pen.fillRect(x, y, gap, tileHeight);
    const edge = gap * 2;
    const small = Math.round(name * 0.68);
    pen.textBaseline = "middle";
    const first = y + tileHeight * 0.32;
    const second = y + tileHeight * 0.74;
    const time = lasted(row.flag_since, now, this.texts);
    pen.font = `700 ${name}px ${this.font}`;
    const timeWidth = pen.measureText(time).width;
    this.#words(style.letter, x + edge, first, { ink: ink.line });
    const start = x + edge + name * 1.15;
    this.#words(time, x + tileWidth - gap - timeWidth, first, { ink: this.ink });
    pen.font = `600 ${name}px ${this.font}`;
    this.#words(this.#fit(row.name, x + tileWidth - gap * 2 - timeWidth - start), start, first, { ink: this.ink });
    const impact = marks.impactOf(row);
    const effect = impact ? `${impactLetter(impact)} ${impactWords(impact, this.texts)}` : "";
    pen.font = `600 ${small}px ${this.font}`;
    const effectWidth = effect ? pen.measureText(effect).width : 0;
    if (effect) this.#words(effect, x + tileWidth - gap - effectWidth, second, { ink: impactTone(impact) ? this.inks[impactTone(impact)].line : this.ink2 });
    pen.font = `400 ${small}px ${this.font}`;
    const what = `${style.label} · ${row.planned?.name ?? "–"} → ${row.state?.name ?? this.texts.clockedOut}`;
    this.#words(this.#fit(what, tileWidth - edge - gap * 2 - effectWidth), x + edge, second, { ink: this.ink2 });
  }

  #words(words, x, y, { ink }) {
    this.pen.fillStyle = ink;
    this.pen.fillText(words, x, y);
  }

  // As much of the words as fits, with an ellipsis; remembered, since names seldom change.
  #fit(words, width) {
    const key = `${this.pen.font}|${Math.floor(width)}|${words}`;
    let found = this.cut.get(key);
    if (found === undefined) {
      found = words;
      const letters = [...words];
      while (letters.length > 0 && this.pen.measureText(found).width > width) {
        letters.pop();
        found = `${letters.join("").trimEnd()}…`;
      }
      this.cut.set(key, found);
    }
    return found;
  }

  // A small tile is drawn once per flag and copied: thousands of texts would not be smooth.
  #small(row, index, place) {
    if (this.flags[index] === row.flag) return;
    this.flags[index] = row.flag;
    const { side, perRow, top } = place;
    const x = (index % perRow) * side;
    const y = top + Math.floor(index / perRow) * side;
    this.pen.clearRect(x, y, side, side);
    this.pen.drawImage(this.#sprite(row.flag, side), x, y, side, side);
  }

  #sprite(flag, side) {
    const key = `${flag}|${side}`;
    let sprite = this.sprites.get(key);
    if (sprite) return sprite;
    if (this.sprites.size > 64) this.sprites.clear();
    const style = this.data.flags[flag];
    const ink = this.inks[style.tone];
    const pixels = Math.max(1, Math.round(side * this.ratio));
    sprite = document.createElement("canvas");
    sprite.width = pixels;
    sprite.height = pixels;
    const pen = sprite.getContext("2d");
    const gap = Math.max(1, pixels * 0.08);
    pen.fillStyle = style.tone === "under" ? ink.line : ink.soft;
    pen.fillRect(0, 0, pixels - gap, pixels - gap);
    pen.strokeStyle = faded(ink.line, 0.6);
    pen.strokeRect(0.5, 0.5, pixels - gap - 1, pixels - gap - 1);
    if (side >= LEAST_LETTER) {
      pen.fillStyle = style.tone === "under" ? ink.soft : ink.line;
      pen.font = `600 ${Math.round(pixels * 0.6)}px ${this.font}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(style.letter, (pixels - gap) / 2, (pixels - gap) / 2);
    }
    this.sprites.set(key, sprite);
    return sprite;
  }
}
