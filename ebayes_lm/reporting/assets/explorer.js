// The explorer: two clouds, the table and one feature, all looking at the same thing.
const EXPLORER = (() => {
  "use strict";
  const { get } = ARRAYS;

  /** The p-value at which adjusted ones pass the threshold, as -log10: halfway between the last that does and the next. */
  const barOfP = (model) => {
    const c = model.contrast();
    const [p, adjusted] = [get(c.neg_log10_p), get(c.neg_log10_adj_p)];
    const bar = -Math.log10(model.state.fdr);
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < p.length; i++) {
      if (adjusted[i] > bar) least = Math.min(least, p[i]);
      else if (p[i] > most) most = p[i];
    }
    return least === Infinity ? null : most === -Infinity ? least : (least + most) / 2;
  };

  const scenes = (model) => {
    const { state, facts } = model;
    const now = (key) => () => get(model.contrast()[key]);
    const effects = () => (state.lfc ? [-state.lfc, state.lfc] : []);
    const average = () => get(facts.amean);
    return [
      CLOUD.scene(model, {
        title: "Volcano plot", rest: "volcano", zero: true,
        x: { values: now("log_fc"), label: () => "logFC" },
        y: { values: now("neg_log10_p"), label: () => "\u2212log10 of the p-value" },
        rules: () => [...effects().map((x) => ({ x })), ...[barOfP(model)].filter((y) => y !== null).map((y) => ({ y, name: `FDR ${state.fdr}` }))],
      }),
      CLOUD.scene(model, {
        title: "MA plot", rest: "ma",
        x: { values: average, label: () => "AveExpr" },
        y: { values: now("log_fc"), label: () => "logFC" },
        rules: () => [{ y: 0, solid: true }, ...effects().map((y) => ({ y }))],
      }),
    ];
  };

  const clouds = (model, holder) => {
    const all = scenes(model);
    // Each has its width once the others are there: what is below does not move under a pointer.
    const figures = all.map(() => DOM.make("figure", { class: "cloud" }));
    holder.append(...figures);
    const views = all.map((scene, k) => {
      const view = VIEW.mount(figures[k], scene, { id: ["volcano", "ma"][k], role: "application" });
      CLOUD.boxes(view, (x0, y0, x1, y1, add) => model.select(scene.inside(x0, y0, x1, y1), add));
      return view;
    });
    model.on("contrast threshold selection zoom", () => views.forEach((view) => view.refresh()));
    model.on("hover", (i) => views.forEach((view) => view.point(i === null ? null : view.scene.say(i))));
  };

  /** In one sentence: what the contrast compares. */
  const meaning = (model) => {
    const text = DOM.make("p", { class: "meaning" });
    const show = () => {
      const { equation, up } = model.contrast();
      const { threshold } = model.facts;
      const beyond = threshold ? ` P-values are of effects larger than ${FORMAT.short(threshold.lfc)}, either way (TREAT).` : "";
      text.replaceChildren("logFC = ", DOM.make("code", {}, equation), `${up ? `; positive means ${up}` : ""}.${beyond}`);
    };
    model.on("contrast", show);
    show();
    return text;
  };

  const HELP = [
    "Point at a feature for its numbers; click to select it, drag to select all within a box, hold Shift to add.",
    "With the keyboard: Tab goes to a chart or the table, arrow keys go through features by p-value, Enter selects, Escape clears.",
  ];

  const mount = (section, model) => {
    const several = model.facts.contrasts.length > 1;
    const rate = CONTROLS.rate(model);
    const effect = CONTROLS.effect(model);
    const pictures = DOM.make("div", { class: "clouds" });
    const list = DOM.make("div", { class: "list" }, CONTROLS.rows(model));
    const feature = DOM.make("aside", { id: "feature-view", "aria-label": "The feature selected last" });
    const panel = DOM.make("div", { id: "contrast-panel", role: "tabpanel", "aria-labelledby": `tab-${model.state.contrast}` },
      meaning(model),
      DOM.make("div", { class: "controls" }, rate.element, effect.element, CONTROLS.counts(model)),
      pictures, DOM.make("p", { class: "help" }, HELP.join(" ")),
      // A table with much annotation takes the whole width, so that its p-values are seen without scrolling.
      DOM.make("div", { class: model.columns.length > 7 ? "details wide" : "details" }, list, feature));
    section.append(CONTROLS.tabs(model), panel);
    section.classList.toggle("one", !several);

    clouds(model, pictures);
    const table = TABLE.mount(list, model);
    FEATURE_VIEW.mount(feature, model);
    model.on("contrast threshold rows selection", DOM.oncePerFrame(table.refresh));
    model.on("hover", table.mark);
    model.on("contrast", () => panel.setAttribute("aria-labelledby", `tab-${model.state.contrast}`));
    model.on("place", () => [rate, effect].forEach((each) => each.show()));
    section.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.id !== "search") model.select([]);
    });
    THEME.onChange((printing) => {
      section.querySelector("table.printed")?.remove();
      if (printing) list.append(table.printed());
    });
  };

  return { mount };
})();
