// The frame of a chart: title, legend, axes, and the box between them in which layers are drawn.
const FRAME = (() => {
  "use strict";
  const SIZE = 11.5;
  const GAP = 18; // between rows of text

  /** Entries of a legend broken into rows of a width. */
  const rowsOf = (entries, width) => {
    const rows = [];
    let left = Infinity;
    for (const entry of entries) {
      const text = SURFACE.fitted(entry.name, Math.min(width - 20, 260), SIZE);
      const wide = SURFACE.measure(text, SIZE) + 32;
      if (left + wide > width) {
        rows.push([]);
        left = 0;
      }
      rows.at(-1).push({ ...entry, text, left });
      left += wide;
    }
    return rows;
  };

  const widest = (ticks) => Math.max(0, ...ticks.map((tick) => SURFACE.measure(tick.text, SIZE)));

  /** Height that names take when they have to stand upright, for a width of each. */
  const standing = (names, each) => {
    const wide = widest(names.map((text) => ({ text })));
    return wide + 8 > each ? Math.min(wide, 150) - 8 : 0;
  };

  const lay = ({ title, x, y, square = false, legend = [], bar = null }, width, height) => {
    const heading = title ? SURFACE.fitted(title, width - 4, 13.5) : "";
    const rows = rowsOf(legend, width - 8);
    const top = (heading ? 26 : 8) + rows.length * GAP + (bar ? 24 : 0) + (rows.length || bar ? 6 : 4);
    const most = y.categories ? width * 0.34 : 90;
    const probe = SCALES.make({ ...y, from: height - 48, to: top });
    const left = Math.ceil(Math.min(widest(probe.ticks(Math.max(2, (height - top - 48) / 42))), most) + (y.label ? 36 : 16));
    const right = 14;
    let inner = Math.max(width - left - right, 20);
    let turned = false;
    let bottom = x.label ? 46 : 28;
    if (x.categories) {
      const room = standing(x.categories, inner / x.categories.length);
      turned = room > 0;
      bottom += room;
    }
    let tall = Math.max(height - top - bottom, 20);
    if (square) inner = tall = Math.min(inner, tall);
    const box = { x: left, y: top, w: inner, h: tall };
    const sx = SCALES.make({ ...x, from: box.x, to: box.x + box.w });
    const sy = SCALES.make({ ...y, from: y.down ? box.y : box.y + box.h, to: y.down ? box.y + box.h : box.y });
    return { box, sx, sy, x, y, rows, heading, turned, width, height, bar };
  };

  const legend = (surface, frame, palette) => {
    let y = (frame.heading ? 26 : 8) + 7;
    for (const row of frame.rows) {
      for (const { text, left, colour, mark, dash } of row) {
        const x = 4 + left;
        if (mark === "line") surface.line([x, x + 14], [y, y], colour, 2, dash ?? null);
        else if (mark === "box") surface.rect(x + 2, y - 5, 10, 10, colour);
        else surface.dots([{ x: [x + 7], y: [y], pick: null, colour, radius: 4.2 }], { x, y: y - 8, w: 16, h: 16 });
        surface.text(text, x + 20, y, { size: SIZE, colour: palette.ink, base: "middle" });
      }
      y += GAP;
    }
    if (frame.bar) ramp(surface, frame, palette, y);
  };

  /** What the colours of a number mean. */
  const ramp = (surface, { bar, width }, palette, y) => {
    const wide = Math.min(140, width * 0.3);
    const name = bar.name ? SURFACE.fitted(bar.name, width * 0.3, SIZE) : "";
    let x = 4;
    if (name) surface.text(name, x, y + 2, { size: SIZE, colour: palette.ink, base: "middle" });
    x += name ? SURFACE.measure(name, SIZE) + 10 : 0;
    const texts = [bar.low, bar.high].map((v) => FORMAT.short(v, 3));
    surface.text(texts[0], x, y + 2, { size: SIZE, colour: palette.quiet, base: "middle" });
    x += SURFACE.measure(texts[0], SIZE) + 6;
    for (let k = 0; k < 40; k++) surface.rect(x + (wide * k) / 40, y - 4, wide / 40 + 0.6, 11, THEME.between(bar.ramp, k / 39));
    surface.text(texts[1], x + wide + 7, y + 2, { size: SIZE, colour: palette.quiet, base: "middle" });
  };

  /** Everything around the layers; lines of the grid lie beneath them. */
  const under = (surface, frame, palette) => {
    const { box, sx, sy, x, y } = frame;
    if (frame.heading) surface.text(frame.heading, 4, 15, { size: 13.5, weight: 600, colour: palette.ink });
    legend(surface, frame, palette);
    if (y.grid !== false && !y.categories) {
      for (const { at } of sy.ticks(Math.max(2, box.h / 42))) {
        const where = Math.round(sy(at)) + 0.5;
        surface.line([box.x, box.x + box.w], [where, where], palette.line, 1);
      }
    }
    if (x.grid && !x.categories) {
      for (const { at } of sx.ticks(Math.max(2, box.w / 80))) {
        const where = Math.round(sx(at)) + 0.5;
        surface.line([where, where], [box.y, box.y + box.h], palette.line, 1);
      }
    }
  };

  const across = (surface, { box, sx, x, turned, width }, palette) => {
    const foot = box.y + box.h;
    const ticks = sx.ticks(Math.max(2, box.w / 80));
    const every = x.categories ? Math.ceil((12.5 * ticks.length) / box.w) : 1;
    ticks.forEach(({ at, text }, k) => {
      if (k % every) return;
      const where = sx(at);
      if (!x.categories) surface.line([where, where], [foot, foot + 4], palette.axis, 1);
      if (turned) {
        const cut = SURFACE.fitted(text, 148, SIZE);
        surface.text(cut, where, foot + 8, { size: SIZE, colour: palette.quiet, align: "right", base: "middle", turn: -Math.PI / 2 });
      } else surface.text(text, x.categories ? where : Math.min(where, width - SURFACE.measure(text, SIZE) / 2 - 1), foot + 17, { size: SIZE, colour: palette.quiet, align: "center" });
    });
    const below = foot + (turned ? Math.min(widest(ticks), 148) + 24 : 36);
    if (x.label) surface.text(SURFACE.fitted(x.label, box.w + 40), box.x + box.w / 2, below, { size: 12, colour: palette.ink, align: "center" });
  };

  const upwards = (surface, { box, sy, y, width }, palette) => {
    const ticks = sy.ticks(Math.max(2, box.h / 42));
    const every = y.categories ? Math.ceil((12 * ticks.length) / box.h) : 1;
    ticks.forEach(({ at, text }, k) => {
      if (k % every) return;
      const cut = y.categories ? SURFACE.fitted(text, width * 0.34, SIZE) : text;
      surface.text(cut, box.x - 8, sy(at), { size: SIZE, colour: palette.quiet, align: "right", base: "middle" });
    });
    if (y.label) {
      // What is longer than the axis goes down beside its foot, not up into the legend.
      const text = SURFACE.fitted(y.label, box.h + 40);
      surface.text(text, 12, box.y + Math.max(box.h, SURFACE.measure(text, 12)) / 2, { size: 12, colour: palette.ink, align: "center", turn: -Math.PI / 2 });
    }
  };

  const over = (surface, frame, palette) => {
    const { box, x, y } = frame;
    if (x.bare !== true) surface.line([box.x, box.x + box.w], [box.y + box.h, box.y + box.h], palette.axis, 1);
    if (y.bare !== true) surface.line([box.x, box.x], [box.y, box.y + box.h], palette.axis, 1);
    across(surface, frame, palette);
    upwards(surface, frame, palette);
  };

  return { lay, under, over, standing };
})();
