// Contrasts against each other: effects of two, and how many features each and both find.
const CONTRASTS = (() => {
  "use strict";
  const { get } = ARRAYS;
  const MOST = 14;

  /** Points in four classes: in both, in one of the two, in neither. */
  const pairSpec = (model, a, b) => {
    const [one, two] = [model.facts.contrasts[a], model.facts.contrasts[b]];
    const [x, y, ca, cb] = [get(one.log_fc), get(two.log_fc), model.classes(a), model.classes(b)];
    const picks = [[], [], [], []];
    for (let i = 0; i < x.length; i++) picks[(ca[i] ? 1 : 0) + (cb[i] ? 2 : 0)].push(i);
    const kinds = [["neither", "neutral"], [`only ${one.title}`, 1], [`only ${two.title}`, 4], ["both", 2]];
    const layers = kinds.map(([name, colour], k) => ({
      kind: "points", name: `${name} ${FORMAT.whole(picks[k].length)}`, colour, size: picks[k].length > 300 ? 1.9 : 2.4,
      x: picks[k].map((i) => x[i]), y: picks[k].map((i) => y[i]), features: picks[k], label: picks[k].map((i) => model.title(i)),
    }));
    const r = FEATURE_VIEW.correlation(x, y);
    return {
      title: `Effects of two comparisons, correlation ${FORMAT.fixed(r, 2)}`,
      alt: `logFC of ${two.title} against logFC of ${one.title}, correlation ${FORMAT.fixed(r, 2)}`,
      square: true, x: { label: `logFC, ${one.title}`, grid: true }, y: { label: `logFC, ${two.title}` },
      layers: [{ kind: "rule", x: 0, y: 0, solid: true }, ...layers],
    };
  };

  /** How many features each combination of contrasts finds, the largest first. */
  const combinations = (model) => {
    const codes = model.facts.contrasts.map((_, c) => model.classes(c));
    const found = new Map();
    for (let i = 0; i < model.names.length; i++) {
      let key = "";
      for (const each of codes) key += each[i] ? "1" : "0";
      found.set(key, (found.get(key) ?? 0) + 1);
    }
    return [...found].filter(([key]) => key.includes("1")).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? 1 : -1)).slice(0, MOST);
  };

  /** Bars of sizes over a grid of dots that says which contrasts they stand for. */
  const overlapScene = (model) => {
    const titles = model.facts.contrasts.map((contrast) => contrast.title);
    const height = () => 250 + titles.length * 24;
    let live = null;
    const draw = (surface, width, tall, palette, shown) => {
      const sets = combinations(model);
      const left = Math.min(Math.max(...titles.map((t) => SURFACE.measure(t, 11.5))) + 18, width * 0.42);
      const box = { x: left, y: 44, w: width - left - 12, h: tall - titles.length * 24 - 70 };
      const wide = Math.min(box.w / Math.max(sets.length, 1), 64);
      const most = Math.max(1, ...sets.map(([, n]) => n));
      const middle = (k) => box.x + (k + 0.5) * wide;
      const level = (c) => box.y + box.h + 24 + c * 24;
      surface.text("Significant in which comparisons", 4, 15, { size: 13.5, weight: 600, colour: palette.ink });
      titles.forEach((title, c) => {
        if (c % 2 === 0) surface.rect(0, level(c) - 12, width, 24, palette.line, 0.45);
        surface.text(SURFACE.fitted(title, left - 14, 11.5), left - 12, level(c), { size: 11.5, colour: palette.ink, align: "right", base: "middle" });
      });
      if (!sets.length) surface.text("no feature at these thresholds", box.x + 8, box.y + box.h / 2, { colour: palette.quiet });
      sets.forEach(([key, n], k) => {
        const top = box.y + box.h * (1 - n / most);
        surface.rect(middle(k) - wide * 0.32, top, wide * 0.64, box.y + box.h - top, palette.series[0], 0.85);
        surface.text(FORMAT.whole(n), middle(k), top - 6, { size: 11, colour: palette.ink, align: "center" });
        const inside = titles.map((_, c) => c).filter((c) => key[c] === "1");
        const all = { x: titles.map(() => middle(k)), y: titles.map((_, c) => level(c)) };
        surface.dots([
          { ...all, pick: titles.map((_, c) => c).filter((c) => key[c] !== "1"), colour: palette.neutral, radius: 4, alpha: 0.45 },
          { ...all, pick: inside, colour: palette.ink, radius: 5 },
        ], { x: middle(k) - 8, y: level(0) - 8, w: 16, h: titles.length * 24 });
        if (inside.length > 1) surface.line([middle(k), middle(k)], [level(inside[0]), level(inside.at(-1))], palette.ink, 2);
      });
      surface.line([box.x, box.x + wide * sets.length], [box.y + box.h, box.y + box.h], palette.axis, 1);
      if (shown) live = { sets, middle, wide, box, most };
    };
    const say = (k) => {
      if (!live?.sets[k]) return null;
      const [key, n] = live.sets[k];
      const lines = [`${FORMAT.whole(n)} ${n === 1 ? "feature" : "features"}`, ...titles.filter((_, c) => key[c] === "1")];
      return { id: k, x: live.middle(k), y: live.box.y + live.box.h * (1 - n / live.most), lines, bare: true };
    };
    return {
      title: "Overlap of comparisons", alt: "How many features are significant in each combination of comparisons", height, draw,
      probe: (x) => (live && x > live.box.x ? say(Math.floor((x - live.box.x) / live.wide)) : null),
      walk(key, from) {
        const goal = { ArrowRight: (from?.id ?? -1) + 1, ArrowLeft: (from?.id ?? 1) - 1, Home: 0, End: live.sets.length - 1 }[key];
        return goal === undefined ? null : say(Math.min(Math.max(goal, 0), live.sets.length - 1));
      },
    };
  };

  const correlations = (model) => {
    const { contrasts } = model.facts;
    const values = contrasts.flatMap((a) => contrasts.map((b) => FEATURE_VIEW.correlation(get(a.log_fc), get(b.log_fc))));
    const titles = contrasts.map((contrast) => contrast.title);
    return {
      title: "Correlation of effects", alt: "Correlation of logFC between comparisons", x: { label: "" }, y: { label: "" },
      layers: [{ kind: "cells", rows: titles, columns: titles, values, low: -1, high: 1, diverging: true, text: true }],
    };
  };

  const mount = (section, model) => {
    const titles = model.facts.contrasts.map((contrast) => contrast.title);
    if (titles.length < 2) return;
    const chosen = [0, 1];
    const charts = ["contrast-pair", "contrast-overlap", ...(titles.length > 2 ? ["contrast-correlations"] : [])];
    const [pair, sets, all] = charts.map((chart) => DOM.make("figure", { data: { chart } }));
    const holder = DOM.make("div", { class: "charts" }, pair, sets, all);
    section.append(DOM.make("p", { class: "help" }, "At the thresholds chosen above."), holder);
    let inner = null;
    const renew = () => {
      inner = CHART.scene({ ...pairSpec(model, ...chosen), pick: (what, add) => model.select([what.feature], add) });
    };
    renew();
    let stale = false;
    const fresh = () => {
      if (stale) renew();
      stale = false;
      return inner;
    };
    const scene = {
      get title() { return fresh().title; },
      get alt() { return inner.alt; },
      height: (width) => Math.min(width + 30, 480),
      draw: (...all) => fresh().draw(...all),
      probe: (x, y) => inner.probe(x, y),
      walk: (key, from) => inner.walk(key, from),
      pick: (what, add) => what.feature !== null && model.select([what.feature], add),
    };
    const tools = titles.length < 3 ? [] : [0, 1].map((side) => DOM.choice(`pair-${side}`, side ? "against" : "Effects of", titles, chosen[side], (c) => {
      chosen[side] = c;
      renew();
      views[0].draw();
    }));
    const views = [VIEW.mount(pair, scene, { tools }), VIEW.mount(sets, overlapScene(model))];
    if (all) VIEW.mount(all, CHART.scene(correlations(model)));
    model.on("threshold", () => {
      stale = true;
      views.forEach((view) => view.refresh());
    });
  };

  return { mount };
})();
