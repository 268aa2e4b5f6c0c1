// What a chart says about the place under the pointer, and the order in which keys go through its marks.
const PROBES = (() => {
  "use strict";
  const { get } = ARRAYS;
  const ABSENT = 4294967295; // of a feature that is not in the page

  /** All points of a chart, one after another, where they are on paper. */
  const pointsOf = (spec, { sx, sy, width, height }) => {
    const layers = spec.layers.filter((layer) => layer.kind === "points");
    const total = layers.reduce((n, layer) => n + get(layer.x).length, 0);
    const [xs, ys] = [new Float32Array(total), new Float32Array(total)];
    const whose = [];
    let at = 0;
    for (const layer of layers) {
      const [x, y] = [get(layer.x), get(layer.y)];
      whose.push({ layer, from: at });
      for (let i = 0; i < x.length; i++, at++) [xs[at], ys[at]] = [sx(x[i]), sy(y[i])];
    }
    return { xs, ys, whose, hits: HITS.index(xs, ys, width, height) };
  };

  const worded = (axis, value) => (axis.categories ? (axis.categories[Math.round(value)] ?? "") : FORMAT.short(value, 4));

  const pointLines = (spec, layer, i, by) => {
    const features = layer.features ? get(layer.features) : null;
    const name = layer.label ? get(layer.label)[i] : features ? get(layer.names)?.[features[i]] : layer.name;
    const lines = [name ?? ""];
    for (const [axis, key] of [[spec.x, "x"], [spec.y, "y"]]) {
      if (!axis.quiet) lines.push(`${axis.label}: ${worded(axis, get(layer[key])[i])}`);
    }
    if (by && layer.colour_by) {
      const value = get(by.values)[i];
      lines.push(`${by.name}: ${by.kind === "category" ? (by.levels[value] ?? "missing") : FORMAT.short(value, 4) || "missing"}`);
    }
    return { lines, feature: features && features[i] !== ABSENT ? features[i] : null };
  };

  const barUnder = (spec, { sx, sy, box }, x, y) => {
    for (const layer of spec.layers.filter((each) => each.kind === "bars")) {
      const [x0, x1, top] = [get(layer.x0), get(layer.x1), get(layer.y)];
      for (let i = 0; i < top.length; i++) {
        if (x < sx(x0[i]) || x >= sx(x1[i]) || y < sy(top[i]) - 3 || y > box.y + box.h) continue;
        const range = spec.x.categories ? worded(spec.x, (x0[i] + x1[i]) / 2) : `${FORMAT.short(x0[i], 3)} to ${FORMAT.short(x1[i], 3)}`;
        const lines = [layer.name, `${spec.x.label}: ${range}`, `${spec.y.label}: ${FORMAT.short(top[i], 4)}`].filter(Boolean);
        return { x: (sx(x0[i]) + sx(x1[i])) / 2, y: sy(top[i]), lines };
      }
    }
    return null;
  };

  const cellUnder = (layer, { box }, x, y) => {
    const [c, r] = [Math.floor(((x - box.x) / box.w) * layer.columns.length), Math.floor(((y - box.y) / box.h) * layer.rows.length)];
    if (c < 0 || r < 0 || c >= layer.columns.length || r >= layer.rows.length) return null;
    const value = get(layer.values)[r * layer.columns.length + c];
    const place = { x: box.x + ((c + 0.5) * box.w) / layer.columns.length, y: box.y + ((r + 0.5) * box.h) / layer.rows.length };
    return { ...place, lines: [`${layer.rows[r]}, ${layer.columns[c]}`, FORMAT.short(value, 4) || "missing"], bare: true };
  };

  /** Which mark of an order a key leads to from a place in it; none for other keys. */
  const led = (key, order, place) => {
    const goal = { ArrowRight: place + 1, ArrowDown: place + 1, ArrowLeft: place - 1, ArrowUp: place - 1, Home: 0, End: order.length - 1 }[key];
    return goal === undefined ? undefined : order[Math.min(Math.max(goal, 0), order.length - 1)];
  };

  const of = (spec, frame, by) => {
    const all = pointsOf(spec, frame);
    const cells = spec.layers.find((layer) => layer.kind === "cells");
    let order = null; // from left to right, made when keys are used
    const ranked = () => {
      order ??= Array.from(all.xs.keys()).filter((i) => Number.isFinite(all.xs[i]) && Number.isFinite(all.ys[i]))
        .sort((a, b) => all.xs[a] - all.xs[b] || all.ys[a] - all.ys[b]);
      return order;
    };

    const say = (i) => {
      if (i === undefined || i < 0) return null;
      const { layer, from } = all.whose.findLast((each) => each.from <= i);
      return { id: i, x: all.xs[i], y: all.ys[i], ...pointLines(spec, layer, i - from, by) };
    };
    const probe = (x, y) => say(all.hits.nearest(x, y, 14)) ?? (cells ? cellUnder(cells, frame, x, y) : barUnder(spec, frame, x, y));
    const walk = (key, from) => say(led(key, ranked(), ranked().indexOf(from?.id ?? -1)));
    return { probe, walk };
  };

  return { of, led };
})();
