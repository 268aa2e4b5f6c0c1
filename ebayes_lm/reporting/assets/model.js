// What is looked at: the contrast, the thresholds, the selection; and what follows from these. Nothing here draws.
const MODEL = (() => {
  "use strict";
  const { get } = ARRAYS;

  /** Up (1), down (-1) or neither (0) at thresholds, by the rule of `decide_tests`. */
  const classify = (contrast, fdr, lfc, classes) => {
    const [effects, evidence] = [get(contrast.log_fc), get(contrast.neg_log10_adj_p)];
    const bar = -Math.log10(fdr);
    for (let i = 0; i < effects.length; i++) {
      const e = effects[i];
      classes[i] = evidence[i] > bar && (lfc === 0 || e > lfc || e < -lfc) ? (e > 0) - (e < 0) : 0;
    }
    return classes;
  };

  const make = (facts) => {
    const names = get(facts.features.name);
    const annotation = facts.features.columns ?? [];
    const followers = {};
    const state = {
      contrast: 0, fdr: facts.fdr, lfc: facts.lfc, search: "", show: "all",
      sort: { column: "P.Value", down: false }, selected: new Set(), focus: null, zoom: null,
    };
    const memory = facts.contrasts.map(() => ({ classes: new Int8Array(names.length), key: "" }));
    const orders = new Map();

    const on = (what, then) => what.split(" ").forEach((each) => (followers[each] ??= []).push(then));
    const tell = (what, detail) => (followers[what] ?? []).forEach((then) => then(detail));
    const contrast = () => facts.contrasts[state.contrast];

    const classes = (c = state.contrast) => {
      const key = `${state.fdr} ${state.lfc}`;
      if (memory[c].key !== key) {
        classify(facts.contrasts[c], state.fdr, state.lfc, memory[c].classes);
        memory[c].key = key;
      }
      return memory[c].classes;
    };

    /** Numbers up and down over all features; `exact` is false where some of them may not be in the page. */
    const counts = (c = state.contrast) => {
      const complete = facts.complete_to === null || state.fdr <= facts.complete_to;
      if (!complete && state.fdr === facts.fdr && state.lfc === facts.lfc) return { ...facts.contrasts[c].counts, exact: true };
      let [up, down] = [0, 0];
      for (const code of classes(c)) {
        if (code > 0) up++;
        else if (code < 0) down++;
      }
      return { up, down, exact: complete };
    };

    const columns = COLUMNS.of(facts, names, annotation, contrast);

    /** Features in the order of a column; what is missing comes last, ties as they came. */
    const ordered = (column = state.sort.column, down = state.sort.down) => {
      const key = `${state.contrast} ${column} ${down}`;
      if (!orders.has(key)) orders.set(key, COLUMNS.order(columns.find((each) => each.key === column), names.length, down));
      return orders.get(key);
    };

    let texts = null;
    const searched = () => {
      const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return null;
      const extra = annotation.filter((column) => column.kind === "text").map((column) => get(column.values));
      texts ??= names.map((name, i) => [name, ...extra.map((values) => values[i] ?? "")].join("\n").toLowerCase());
      return (i) => words.every((word) => texts[i].includes(word));
    };

    let rows = null;
    const visible = () => {
      if (rows) return rows;
      const found = searched();
      const codes = classes();
      const { show, selected } = state;
      rows = ordered().filter((i) => (!found || found(i)) &&
        (show === "all" || (show === "selected" ? selected.has(i) : codes[i] !== 0)));
      return rows;
    };

    /** The feature that is shown by itself: the one selected last, or else that with the most evidence. */
    const focus = () => state.focus ?? (names.length ? ordered("P.Value", false)[0] : null);

    /** Change something; all who follow that kind of change are told. */
    const change = (what, values) => {
      Object.assign(state, values);
      rows = null;
      tell(what);
    };
    const select = (features, add = false) => {
      const selected = add ? new Set(state.selected) : new Set();
      for (const i of features) selected.add(i);
      change("selection", { selected, focus: features.length ? features[features.length - 1] : null });
    };
    const hover = (i) => tell("hover", i);

    const symbols = annotation.find((column) => column.kind === "text" && /symbol|gene/i.test(column.name));
    /** What a feature is called in a picture: its symbol where there is one. */
    const title = (i) => (symbols && get(symbols.values)[i]) || names[i];

    /** A feature in a few lines. */
    const words = (i) => {
      const c = contrast();
      return [
        title(i) === names[i] ? names[i] : `${title(i)} (${names[i]})`,
        `logFC ${FORMAT.fixed(get(c.log_fc)[i], 3)}, AveExpr ${FORMAT.fixed(get(facts.amean)[i], 2)}`,
        `P ${FORMAT.p(get(c.neg_log10_p)[i])}, adjusted ${FORMAT.p(get(c.neg_log10_adj_p)[i])}`,
      ];
    };

    const limit = facts.complete_to === null ? 1 : Math.min(1, facts.complete_to || facts.fdr);
    return { facts, names, annotation, columns, state, limit, on, contrast, classes, counts, ordered, visible, change, select, hover, focus, title, words };
  };

  return { make };
})();
