// A chart from its facts: what it spans, what its legend says, what lies under the pointer.
const CHART = (() => {
  "use strict";
  const { get } = ARRAYS;

  const list = (value) => (typeof value === "number" ? [value] : get(value));

  /** The numbers that a chart must have room for, each way. */
  const spans = (layers) => {
    const [xs, ys] = [[], []];
    for (const layer of layers) {
      if (layer.kind === "grid") {
        xs.push([layer.x0, layer.x1]);
        ys.push([layer.y0, layer.y1]);
        continue;
      }
      for (const key of ["x", "x0", "x1"]) if (layer[key] !== undefined && layer[key] !== null) xs.push(list(layer[key]));
      for (const key of ["y", "y0", "y1", "low", "high"]) {
        if (layer.kind !== "cells" && layer[key] !== undefined && layer[key] !== null) ys.push(list(layer[key]));
      }
      if (layer.kind === "bars") ys.push([0]);
    }
    return [xs, ys];
  };

  const axis = (spec, arrays, standing) => {
    if (spec.categories) return { ...spec, low: -0.6, high: spec.categories.length - 0.4 };
    let [low, high] = spec.low !== undefined ? [spec.low, spec.high] : SCALES.extent(arrays, spec.log);
    if (spec.zero && !spec.log) [low, high] = [Math.min(low, 0), Math.max(high, 0)];
    const foot = low;
    if (spec.low === undefined) [low, high] = SCALES.padded([low, high], 0.04, spec.log);
    if (standing && foot === 0) low = 0;
    return { ...spec, low, high };
  };

  const axes = (spec) => {
    const cells = spec.layers.find((layer) => layer.kind === "cells");
    if (cells) {
      const side = (given, names) => ({ ...given, categories: names, low: -0.5, high: names.length - 0.5, bare: true });
      return { x: side(spec.x, cells.columns), y: { ...side(spec.y, cells.rows), down: true } };
    }
    const [xs, ys] = spans(spec.layers);
    const standing = spec.y.zero || spec.layers.some((layer) => layer.kind === "bars");
    return { x: axis(spec.x, xs, false), y: { ...axis(spec.y, ys, standing), down: Boolean(spec.y.categories) } };
  };

  const MARKS = { points: "dot", line: "line", segments: "line", bars: "box", band: "box" };

  const legendOf = (spec, palette, by) => {
    const entries = [];
    if (by?.kind === "category") {
      by.levels.forEach((name, i) => i < 16 && entries.push({ name, mark: "dot", colour: palette.series[i % palette.series.length] }));
      if (by.levels.length > 16) entries.push({ name: `and ${by.levels.length - 16} more`, mark: "dot", colour: palette.neutral });
    }
    if (spec.legend === false) return entries;
    for (const layer of spec.layers) {
      if (layer.listed !== undefined) {
        entries.push({ name: layer.name, mark: "line", dash: LAYERS.DASHES[layer.listed], colour: palette.quiet });
      }
      if (!layer.name || !MARKS[layer.kind] || (by && layer.kind === "points")) continue;
      entries.push({ name: layer.name, mark: MARKS[layer.kind], dash: layer.dash ? [4, 3] : null, colour: LAYERS.colourOf(layer, palette) });
    }
    return entries;
  };

  const barOf = (spec, palette, by) => {
    if (by?.kind === "number") {
      const [low, high] = SCALES.extent([get(by.values)]);
      return { name: by.name, low, high, ramp: palette.ramp };
    }
    const cells = spec.layers.find((layer) => layer.kind === "cells");
    return cells ? { name: "", low: cells.low, high: cells.high, ramp: cells.diverging ? palette.diverging : palette.cells } : null;
  };

  /** Layers without a colour take turns where several have names. */
  const turns = (layers) => {
    let [turn, listed] = [0, 0];
    // Names of several level lines would lie on each other, that of one on bars; they go to the legend.
    const level = (layer) => layer.kind === "rule" && layer.name && typeof layer.y === "number";
    const several = layers.filter(level).length > 1 || layers.some((layer) => layer.kind === "bars");
    return layers.map((layer) => {
      if (several && level(layer)) return { ...layer, listed: listed++ };
      return layer.name && layer.colour === undefined && MARKS[layer.kind] ? { ...layer, turn: turn++ } : layer;
    });
  };

  const heightOf = (spec, width) => {
    const cells = spec.layers.find((layer) => layer.kind === "cells");
    if (cells && spec.square) return Math.min(Math.max(cells.rows.length * 26 + 240, 360), width * 0.9 + 40, 640);
    if (cells) return Math.min(cells.rows.length * (cells.rows.length > 14 ? 18 : 30) + 170, 760);
    if (spec.y.categories) return Math.min(Math.max(spec.y.categories.length * 20 + 110, 200), 900);
    if (spec.square) return Math.min(width, 460);
    return Math.round(Math.min(Math.max(width * 0.66, 250), 400));
  };

  const scene = (given) => {
    const spec = { ...given, layers: turns(given.layers) };
    const marks = spec.layers.filter((layer) => layer.kind === "points");
    const choices = marks.flatMap((layer) => layer.colour_by ?? []);
    let by = choices[0] ?? null;
    let live = null;

    const draw = (surface, width, height, palette, shown) => {
      const frame = FRAME.lay({
        ...axes(spec), title: spec.headed === false && shown ? "" : spec.title, square: spec.square,
        legend: legendOf(spec, palette, by), bar: barOf(spec, palette, by),
      }, width, height);
      FRAME.under(surface, frame, palette);
      surface.clip(frame.box.x - 6, frame.box.y - 6, frame.box.w + 12, frame.box.h + 6 + (frame.y.low === 0 ? 0 : 6), () => {
        for (const layer of spec.layers) LAYERS.draw(surface, layer, frame, palette, layer.colour_by ? by : null);
      });
      FRAME.over(surface, frame, palette);
      if (shown) live = PROBES.of(spec, frame, by);
    };

    return {
      title: spec.title,
      alt: spec.alt ?? spec.title,
      height: (width) => heightOf(spec, width),
      below: (width) => (spec.x.categories ? FRAME.standing(spec.x.categories, (width - 70) / spec.x.categories.length) : 0),
      draw,
      choices,
      colourBy(i) {
        by = choices[i];
      },
      probe: (x, y) => live?.probe(x, y) ?? null,
      walk: (key, from) => live?.walk(key, from) ?? null,
      pick: spec.pick,
    };
  };

  return { scene };
})();
