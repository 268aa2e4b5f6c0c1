// How each kind of layer is drawn; a layer is plain facts, a frame says where its numbers lie.
const LAYERS = (() => {
  "use strict";
  const { get } = ARRAYS;
  const mapped = (values, scale) => {
    const places = new Float32Array(values.length);
    for (let i = 0; i < places.length; i++) places[i] = scale(values[i]);
    return places;
  };

  const QUIET = new Set(["band", "rule"]); // what other layers are held against

  /** The colour of a layer: its own, or that of its place among layers that have names. */
  const colourOf = (layer, palette) => {
    if (typeof layer.colour === "string") return palette[layer.colour] ?? layer.colour;
    if (layer.colour === undefined && QUIET.has(layer.kind)) return palette.quiet;
    return palette.series[(layer.colour ?? layer.turn ?? 0) % palette.series.length];
  };

  /** Radius of a point: what is asked for, or less the more there are. */
  const radiusOf = (layer, n) => layer.size ?? (n <= 60 ? 4.2 : n <= 300 ? 3.4 : n <= 3000 ? 2.2 : 1.5);

  const bars = (surface, layer, { sx, sy }, palette) => {
    const [x0, x1, y] = [get(layer.x0), get(layer.x1), get(layer.y)];
    const foot = sy(Math.max(sy.low, 0));
    const colour = colourOf(layer, palette);
    for (let i = 0; i < y.length; i++) {
      const [a, b, top] = [sx(x0[i]), sx(x1[i]), sy(y[i])];
      const gap = b - a > 4 ? 1 : 0;
      if (Number.isFinite(top)) surface.rect(a, top, Math.max(b - a - gap, 0.5), foot - top, colour, layer.name ? 0.75 : 0.85);
    }
  };

  /** Points in one colour, or in one colour a level, or along a ramp. */
  const groupsOf = (layer, palette, by) => {
    const x = get(layer.x);
    const radius = radiusOf(layer, x.length);
    const alpha = x.length > 300 ? 1 : 0.9;
    if (!by) return [{ pick: null, colour: colourOf(layer, palette), radius, alpha }];
    const values = get(by.values);
    const shade = by.kind === "category"
      ? (v) => (v < 0 ? palette.neutral : palette.series[v % palette.series.length])
      : shading(values, palette);
    const groups = new Map();
    for (let i = 0; i < x.length; i++) {
      const colour = shade(values[i]);
      if (!groups.has(colour)) groups.set(colour, []);
      groups.get(colour).push(i);
    }
    return [...groups].map(([colour, pick]) => ({ pick, colour, radius, alpha }));
  };

  const shading = (values, palette) => {
    const [low, high] = SCALES.extent([values]);
    return (v) => (Number.isFinite(v) ? THEME.between(palette.ramp, Math.round((48 * (v - low)) / (high - low || 1)) / 48) : palette.neutral);
  };

  const points = (surface, layer, { sx, sy, box }, palette, by) => {
    const [x, y] = [mapped(get(layer.x), sx), mapped(get(layer.y), sy)];
    const room = { x: box.x - 6, y: box.y - 6, w: box.w + 12, h: box.h + 12 };
    surface.dots(groupsOf(layer, palette, by).map((group) => ({ x, y, ...group })), room);
  };

  const line = (surface, layer, { sx, sy }, palette) => {
    surface.line(mapped(get(layer.x), sx), mapped(get(layer.y), sy), colourOf(layer, palette), layer.width ?? 2, layer.dash ? [6, 4] : null);
  };

  const segments = (surface, layer, { sx, sy }, palette) => {
    const [x0, y0, x1, y1] = ["x0", "y0", "x1", "y1"].map((key) => get(layer[key]));
    const colour = layer.colour === undefined && !layer.name ? palette.quiet : colourOf(layer, palette);
    for (let i = 0; i < x0.length; i++) {
      surface.line([sx(x0[i]), sx(x1[i])], [sy(y0[i]), sy(y1[i])], colour, layer.width ?? 1.2);
    }
  };

  const DASHES = [[5, 4], [1.5, 3], [9, 3, 2, 3]];
  const rule = (surface, layer, { sx, sy, box }, palette) => {
    const dash = layer.solid ? null : DASHES[(layer.listed ?? 0) % DASHES.length];
    const known = (v) => v !== null && v !== undefined;
    if (known(layer.x)) {
      surface.line([sx(layer.x), sx(layer.x)], [box.y, box.y + box.h], palette.quiet, 1, dash);
      if (layer.name) name(surface, layer.name, sx(layer.x), box.y + 12, box, palette);
    }
    if (known(layer.y)) {
      surface.line([box.x, box.x + box.w], [sy(layer.y), sy(layer.y)], palette.quiet, 1, dash);
      if (layer.name && layer.listed === undefined) {
        const below = sy(layer.y) < box.y + 14;
        surface.text(layer.name, box.x + box.w - 4, sy(layer.y) + (below ? 13 : -5), { size: 11, colour: palette.quiet, align: "right", halo: palette.paper });
      }
    }
  };

  /** A name beside a line that goes up, on the side that has room. */
  const name = (surface, text, x, y, box, palette) => {
    const fits = x + SURFACE.measure(text, 11) + 8 < box.x + box.w;
    surface.text(text, fits ? x + 5 : x - 5, y, { size: 11, colour: palette.quiet, align: fits ? "left" : "right", halo: palette.paper });
  };

  const band = (surface, layer, { sx, sy }, palette) => {
    const x = Array.from(get(layer.x), sx);
    const [low, high] = [Array.from(get(layer.low), sy), Array.from(get(layer.high), sy)];
    const colour = colourOf(layer, palette);
    surface.area([...x, ...x.slice().reverse()], [...high, ...low.reverse()], colour, 0.18);
  };

  /** How many points lie in each cell, darker where there are more. */
  const grid = (surface, layer, { sx, sy }, palette) => {
    const counts = get(layer.counts);
    const most = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
    const [dx, dy] = [(layer.x1 - layer.x0) / layer.nx, (layer.y1 - layer.y0) / layer.ny];
    for (let j = 0; j < layer.ny; j++) {
      const [foot, top] = [sy(layer.y0 + j * dy), sy(layer.y0 + (j + 1) * dy)];
      for (let i = 0; i < layer.nx; i++) {
        const count = counts[j * layer.nx + i];
        if (!count) continue;
        const [a, b] = [sx(layer.x0 + i * dx), sx(layer.x0 + (i + 1) * dx)];
        surface.rect(a, top, b - a + 0.4, foot - top + 0.4, THEME.between(palette.density, 0.3 + (0.7 * Math.log1p(count)) / most));
      }
    }
  };

  const cells = (surface, layer, { box }, palette) => {
    const values = get(layer.values);
    const [rows, columns] = [layer.rows.length, layer.columns.length];
    const [w, h] = [box.w / columns, box.h / rows];
    const colours = layer.diverging ? palette.diverging : palette.cells;
    const gap = Math.min(w, h) > 8 ? 1 : 0;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const value = values[r * columns + c];
        const colour = Number.isFinite(value) ? THEME.between(colours, (value - layer.low) / (layer.high - layer.low || 1)) : palette.line;
        surface.rect(box.x + c * w, box.y + r * h, w - gap, h - gap, colour);
        if (layer.text && Number.isFinite(value) && w > 26 && h > 11) {
          const text = FORMAT.short(Number(value.toFixed(2)), 2);
          if (SURFACE.measure(text, 11) < w - 2) {
            surface.text(text, box.x + (c + 0.5) * w, box.y + (r + 0.5) * h, { size: 11, colour: THEME.readable(colour), align: "center", base: "middle" });
          }
        }
      }
    }
  };

  const KINDS = { bars, points, line, segments, rule, band, grid, cells };
  const draw = (surface, layer, frame, palette, by = null) => KINDS[layer.kind]?.(surface, layer, frame, palette, by);

  return { draw, colourOf, mapped, DASHES };
})();
