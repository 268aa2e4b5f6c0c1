// What the explorer is steered with: contrasts, thresholds, search.
const CONTROLS = (() => {
  "use strict";
  const { get } = ARRAYS;

  /** Tabs of contrasts; arrow keys go from one to the next. */
  const tabs = (model) => {
    const list = DOM.make("div", { id: "contrast-tabs", role: "tablist", "aria-label": "Comparisons" });
    const buttons = model.facts.contrasts.map((contrast, c) =>
      DOM.button(contrast.title, { role: "tab", id: `tab-${c}`, "aria-controls": "contrast-panel", on: { click: () => model.change("contrast", { contrast: c }) } }));
    const show = () => buttons.forEach((button, c) => {
      button.setAttribute("aria-selected", String(c === model.state.contrast));
      button.tabIndex = c === model.state.contrast ? 0 : -1;
    });
    list.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = (model.state.contrast + by + buttons.length) % buttons.length;
      model.change("contrast", { contrast: next });
      buttons[next].focus();
      event.preventDefault();
    });
    list.append(...buttons);
    model.on("contrast", show);
    show();
    return list;
  };

  /** A slider beside a field for exact numbers; `steps` and `value` lead from one to the other. */
  const threshold = ({ id, label, help, least, most, step, toValue, toStep, read, now, then }) => {
    const field = DOM.make("input", { id: `${id}-value`, type: "text", inputmode: "decimal", "aria-label": `${label}, exact`, autocomplete: "off" });
    const slider = DOM.make("input", { id, type: "range", min: least, max: most, step, "aria-describedby": `${id}-help` });
    const show = (moveSlider = true) => {
      const value = now();
      field.value = String(value);
      if (moveSlider) slider.value = String(toStep(value));
      slider.setAttribute("aria-valuetext", String(value));
    };
    slider.addEventListener("input", () => {
      then(toValue(Number(slider.value)));
      show(false);
    });
    field.addEventListener("change", () => {
      const value = read(Number(field.value.replace(",", ".")));
      if (value !== null) then(value);
      show();
    });
    show();
    const element = DOM.make("div", { class: "threshold" },
      DOM.make("label", { for: id }, label), field, slider, DOM.make("span", { class: "help", id: `${id}-help` }, help));
    return { element, show };
  };

  const rate = (model) => {
    const most = Math.log10(model.limit);
    const least = Math.min(-4, most - 1);
    const partly = model.facts.complete_to !== null;
    const made = threshold({
      id: "fdr", label: "False discovery rate", least, most, step: 0.01,
      help: partly ? `features above ${FORMAT.short(model.limit, 2)} are not in the file one by one` : "adjusted p-values below this",
      toValue: (at) => (at >= most ? model.limit : Number((10 ** at).toPrecision(2))),
      toStep: (value) => Math.log10(value),
      read: (value) => (value > 0 && value <= 1 ? Math.min(value, model.limit) : null),
      now: () => model.state.fdr,
      then: (fdr) => model.change("threshold", { fdr }),
    });
    if (model.facts.complete_to === 0) for (const input of made.element.querySelectorAll("input")) input.disabled = true;
    return made;
  };

  const effect = (model) => {
    const largest = Math.max(...model.facts.contrasts.map((c) => SCALES.extent([get(c.log_fc)]).reduce((a, b) => Math.max(Math.abs(a), Math.abs(b)))));
    const most = Math.max(Math.ceil(largest * 2) / 2, model.facts.lfc);
    return threshold({
      id: "lfc", label: "Least |logFC|", help: "effects larger than this, either way", least: 0, most, step: most > 4 ? 0.05 : most / 100,
      toValue: (at) => Number(at.toPrecision(3)),
      toStep: (value) => value,
      read: (value) => (value >= 0 && Number.isFinite(value) ? value : null),
      now: () => model.state.lfc,
      then: (lfc) => model.change("threshold", { lfc }),
    });
  };

  /** How many features are up and down. */
  const counts = (model) => {
    const [up, down, note] = ["up", "down"].map((id) => DOM.make("output", { id: `${id}-count`, for: "fdr lfc" })).concat(DOM.make("span", { class: "help" }));
    const show = () => {
      const found = model.counts();
      up.textContent = FORMAT.whole(found.up);
      down.textContent = FORMAT.whole(found.down);
      note.textContent = `${found.exact ? "" : "at least; "}of ${FORMAT.whole(model.contrast().counts.tested)} tested`;
    };
    model.on("contrast threshold", show);
    show();
    return DOM.make("div", { class: "counts" },
      DOM.make("span", { class: "count up" }, up, " up"), DOM.make("span", { class: "count down" }, down, " down"), note);
  };

  /** Search, filter, and what to do with the rows that are left. */
  const rows = (model) => {
    const search = DOM.make("input", { id: "search", type: "search", placeholder: "Search features", "aria-label": "Search features", autocomplete: "off", spellcheck: "false" });
    search.addEventListener("input", () => model.change("rows", { search: search.value }));
    const kinds = ["all", "significant", "selected"];
    const show = DOM.choice("show", "Show", ["all features", "significant", "selected"], 0, (i) => model.change("rows", { show: kinds[i] }));
    const file = DOM.button("CSV", { id: "export-csv", "aria-label": "Save the rows as CSV", on: {
      click: () => EXPORTS.save(TABLE.csv(model), "text/csv;charset=utf-8", EXPORTS.fileName(model.contrast().title, "csv")),
    } });
    const clear = DOM.button("Clear selection", { id: "clear", on: { click: () => model.select([]) } });
    const zoom = DOM.button("Zoom to selection", { id: "zoom", on: { click: () => model.change("zoom", { zoom: [...model.state.selected] }) } });
    const whole = DOM.button("Whole plots", { id: "whole", on: { click: () => model.change("zoom", { zoom: null }) } });
    const count = DOM.make("span", { class: "help", id: "row-count", role: "status" });
    const tell = () => {
      const [visible, selected] = [model.visible().length, model.state.selected.size];
      count.textContent = `${FORMAT.whole(visible)} ${visible === 1 ? "row" : "rows"}${selected ? `, ${FORMAT.whole(selected)} selected` : ""}`;
      clear.hidden = zoom.hidden = !selected;
      whole.hidden = !model.state.zoom;
    };
    model.on("contrast threshold rows selection zoom", tell);
    tell();
    return DOM.make("div", { class: "row-tools" }, search, show, file, clear, zoom, whole, count);
  };

  return { tabs, rate, effect, counts, rows };
})();
