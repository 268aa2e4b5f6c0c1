// One feature in all samples: its values by a covariate, as measured or adjusted for the other covariates.
const FEATURE_VIEW = (() => {
  "use strict";
  const { get } = ARRAYS;
  const MODEL_LINE = "the model, other covariates at their means";

  /** Values of a feature in all samples (NaN where missing), or null where they are not in the page. */
  const valuesOf = (values, places, feature) => {
    const row = places.get(feature);
    if (row === undefined) return null;
    const codes = get(values.codes);
    const n = codes.length / places.size;
    const [low, step] = [get(values.low)[row], get(values.step)[row]];
    return Float64Array.from({ length: n }, (_, s) => {
      const code = codes[row * n + s];
      return code === 65535 ? NaN : low + step * code;
    });
  };

  /** What the model's columns add to each sample, beyond what they add at their means. */
  const shares = (fit, row, columns) => {
    const [design, coefs, centre] = [get(fit.design), get(fit.coefs), get(fit.centre)];
    const p = centre.length;
    return Float64Array.from({ length: design.length / p }, (_, s) =>
      columns.reduce((sum, k) => sum + (design[s * p + k] - centre[k]) * coefs[row * p + k], 0));
  };

  /** What the model says of each sample, all columns that do not belong to the contrast at their means. */
  const fitted = (fit, row, others) => {
    const [coefs, centre] = [get(fit.coefs), get(fit.centre)];
    const p = centre.length;
    const own = Array.from({ length: p }, (_, k) => k).filter((k) => !others.includes(k));
    const level = Array.from(centre).reduce((sum, mean, k) => sum + mean * coefs[row * p + k], 0);
    return shares(fit, row, own).map((share) => level + share);
  };

  /** Places beside each other within a group: always the same ones. */
  const jitter = (i) => ((((i + 1) * 0.618034) % 1) - 0.5) * 0.44;

  /** Whether a contrast is one of a number alone: its columns of the design follow that number in a straight line. */
  const isOf = (fit, c, column, numbers) => {
    const about = fit.about?.[c];
    if (about) return about.length === 1 && about[0] === column.name;
    const [design, p] = [get(fit.design), get(fit.centre).length];
    const columns = Array.from({ length: p }, (_, k) => Float64Array.from(numbers, (_, s) => design[s * p + k]));
    const free = columns.filter((values, k) => !fit.others[c].includes(k) && values.some((v) => v !== values[0]));
    return free.length > 0 && free.every((values) => Math.abs(correlation(values, numbers)) > 0.99999);
  };

  const correlation = (a, b) => {
    let [n, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      if (!Number.isFinite(a[i] + b[i])) continue;
      n++;
      sa += a[i]; sb += b[i];
    }
    for (let i = 0; i < a.length; i++) {
      if (!Number.isFinite(a[i] + b[i])) continue;
      saa += (a[i] - sa / n) ** 2; sbb += (b[i] - sb / n) ** 2; sab += (a[i] - sa / n) * (b[i] - sb / n);
    }
    return sab / Math.sqrt(saa * sbb);
  };

  const byGroup = (column, y, names) => {
    const [codes, levels] = [get(column.values), column.levels];
    const layers = levels.map((_, level) => {
      const of = Array.from(codes.keys()).filter((s) => codes[s] === level && Number.isFinite(y[s]));
      return {
        kind: "points", colour: level, x: of.map((s) => level + jitter(s)), y: of.map((s) => y[s]), label: of.map((s) => names[s]),
      };
    });
    const means = layers.map((layer) => layer.y.reduce((a, b) => a + b, 0) / layer.y.length);
    const known = means.map((mean, level) => [mean, level]).filter(([mean]) => Number.isFinite(mean));
    layers.push({
      kind: "segments", colour: "ink", width: 2.4,
      x0: known.map(([, level]) => level - 0.3), x1: known.map(([, level]) => level + 0.3),
      y0: known.map(([mean]) => mean), y1: known.map(([mean]) => mean),
    });
    const sizes = layers.slice(0, levels.length).map((layer, i) => `${levels[i]} (${layer.y.length})`);
    return { x: { label: column.name, categories: sizes }, layers };
  };

  /** The factor that a contrast lets the slope of a number depend on, where there is one such factor alone. */
  const factorBeside = (fit, c, column, columns) => {
    const about = fit?.about?.[c] ?? [];
    const [other, ...more] = about.filter((name) => name !== column.name);
    const factor = columns.find((each) => each.name === other && each.kind === "category");
    return about.includes(column.name) && !more.length && factor ? factor : null;
  };

  const alongNumber = (column, columns, y, names, fit, row, c) => {
    const numbers = get(column.values);
    const factor = factorBeside(fit, c, column, columns);
    const known = Array.from(numbers.keys()).filter((s) => Number.isFinite(numbers[s]) && Number.isFinite(y[s]));
    const line = fit && (factor || isOf(fit, c, column, numbers)) ? fitted(fit, row, fit.others[c]) : null;
    const at = (kind, of, more) => ({ kind, x: of.map((s) => numbers[s]), y: of.map((s) => (kind === "line" ? line : y)[s]), ...more });
    const drawn = (of, colours, name, told) => {
      const along = of.slice().sort((a, b) => numbers[a] - numbers[b]);
      const dots = at("points", of, { colour: colours[0], name, label: of.map((s) => names[s]) });
      return line ? [dots, at("line", along, { colour: colours[1], name: told ? MODEL_LINE : undefined })] : [dots];
    };
    const codes = factor && get(factor.values);
    const layers = factor
      ? factor.levels.flatMap((name, level) => drawn(known.filter((s) => codes[s] === level), [level, level], name, !level))
      : drawn(known, [0, 5], undefined, true);
    return { x: { label: column.name }, layers };
  };

  /** The column to begin with: a number that the contrast is about, else the one that groups samples. */
  const firstColumn = (samples, columns, fit, c) => {
    const about = fit?.about?.[c] ?? [];
    const number = columns.findIndex((column) => column.kind === "number" && about.includes(column.name));
    return number >= 0 ? number : Math.max(columns.findIndex((column) => column.name === samples?.group), 0);
  };

  const mount = (holder, model) => {
    const { facts } = model;
    const { values, samples } = facts;
    const heading = DOM.make("h3", {});
    const figures = DOM.make("dl", { class: "figures" });
    const note = DOM.make("p", { class: "note" });
    holder.append(heading, figures);
    const columns = samples?.columns ?? [];
    const chosen = { column: firstColumn(samples, columns, values?.fit, `c${model.state.contrast}`), adjusted: false };
    const places = new Map();
    let view = null;

    const told = () => {
      const i = model.focus();
      heading.textContent = i === null ? "No feature" : model.title(i);
      const shown = i === null ? [] : model.columns.filter((column) => column.key !== "feature" || model.title(i) !== model.names[i]);
      figures.replaceChildren(...shown.map((column) => DOM.make("div", {}, DOM.make("dt", {}, column.key), DOM.make("dd", {}, column.text(i) || "\u2013"))));
    };

    const spec = () => {
      const feature = model.focus();
      const row = places.get(feature);
      let y = valuesOf(values, places, feature);
      const column = columns[chosen.column];
      if (!y) return null;
      const c = `c${model.state.contrast}`;
      const fit = values.fit?.others?.[c] ? values.fit : null;
      if (chosen.adjusted && fit) {
        const share = shares(fit, row, fit.others[c]);
        y = y.map((v, s) => v - share[s]);
      }
      const names = get(samples.name);
      const single = { name: "all samples", levels: ["all samples"], values: new Int32Array(y.length) };
      const made = !column ? byGroup(single, y, names)
        : column.kind === "category" ? byGroup(column, y, names) : alongNumber(column, columns, y, names, fit, row, c);
      const label = values.label + (chosen.adjusted && fit ? ", adjusted" : "");
      return { title: model.title(feature), headed: false, alt: `Values of ${model.title(feature)} in all samples`, y: { label }, ...made, x: { ...made.x, quiet: false } };
    };

    const draw = () => {
      told();
      if (!values) return;
      const made = model.focus() === null ? null : spec();
      view.figure.hidden = !made;
      note.hidden = Boolean(made);
      note.textContent = "The values of this feature are not in the file; those of the features with the most evidence are.";
      if (!made) return;
      view.inner = CHART.scene(made);
      view.draw();
    };

    if (!values) {
      holder.append(note);
      note.textContent = facts.values_note || "Values of samples are not in this file.";
    } else {
      get(values.rows).forEach((feature, row) => places.set(feature, row));
      view = build(holder, columns, chosen, Boolean(values.fit), draw);
      holder.append(note);
    }
    model.on("selection contrast", draw);
    draw();
  };

  /** The chart with its choices; what it shows is exchanged, its place stays. */
  const build = (holder, columns, chosen, canAdjust, draw) => {
    const figure = DOM.make("figure", { data: { chart: "feature-values" } });
    const tools = [];
    if (columns.length > 1) {
      tools.push(DOM.choice("feature-by", "By", columns.map((column) => column.name), chosen.column, (i) => {
        chosen.column = i;
        draw();
      }));
    }
    if (canAdjust) {
      tools.push(DOM.choice("feature-values-kind", "Values", ["as measured", "adjusted for the other covariates"], 0, (i) => {
        chosen.adjusted = i === 1;
        draw();
      }));
    }
    holder.append(figure);
    const view = { figure, inner: CHART.scene({ title: "", alt: "", x: { label: "" }, y: { label: "" }, layers: [] }) };
    const scene = {
      get title() { return view.inner.title; },
      alt: "Values of the feature in all samples; arrow keys go from sample to sample",
      height: (width) => Math.round(Math.min(Math.max(width * 0.72, 260), 360) + view.inner.below(width)),
      draw: (...all) => view.inner.draw(...all),
      probe: (x, y) => view.inner.probe(x, y),
      walk: (key, from) => view.inner.walk(key, from),
    };
    view.draw = VIEW.mount(figure, scene, { id: "feature-chart", tools }).draw;
    return view;
  };

  return { mount, correlation };
})();
