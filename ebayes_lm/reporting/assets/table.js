// The table of tests: any number of rows, of which only those in sight are made.
const TABLE = (() => {
  "use strict";
  const HEIGHT = 28;
  const SPARE = 6;
  const PRINTED = 25;

  const mount = (holder, model) => {
    const body = DOM.make("div", { class: "rows", role: "rowgroup" });
    const headers = new Map();
    const grid = DOM.make("div", {
      id: "table", role: "grid", tabindex: 0, "aria-label": "Tests of features", "aria-multiselectable": "true",
      "aria-colcount": model.columns.length,
    });
    const made = new Map(); // rows in sight by their place
    let active = 0;
    let hovered = null;

    const head = (column) => {
      const arrow = DOM.make("span", { class: "arrow", "aria-hidden": "true" });
      const button = DOM.button("", { data: { column: column.key }, title: column.help ?? null, on: { click: () => sortBy(column) } });
      button.append(column.key, arrow);
      const cell = DOM.make("div", { role: "columnheader", class: column.kind }, button);
      headers.set(column.key, { cell, arrow });
      return cell;
    };

    const sortBy = (column) => {
      const { sort } = model.state;
      // Effects are looked at from the largest, everything else from the smallest.
      const first = ["logFC", "AveExpr", "t", "B"].includes(column.key);
      const down = sort.column === column.key ? !sort.down : first;
      model.change("rows", { sort: { column: column.key, down } });
      grid.scrollTop = 0;
    };

    // All rows are as wide as each other, whatever is in them; texts have room for the longest of the first.
    const first = Array.from({ length: Math.min(300, model.facts.n_shown) }, (_, i) => i);
    const longest = (column) => first.reduce((most, i) => Math.max(most, String(column.value(i)).length), column.key.length);
    const roomFor = (column) => Math.min(11, Math.max(4.5, 0.55 * longest(column) + 1.7));
    const least = (column) => ({ t: 4.6, B: 4.6, "P.Value": 6.9, "adj.P.Val": 6.9 })[column.key] ?? (column.kind === "number" ? 5.8 : roomFor(column));
    grid.style.setProperty("--columns", model.columns.map((column) => `minmax(0, ${least(column)}fr)`).join(" "));
    grid.style.setProperty("--wide", `${model.columns.reduce((sum, column) => sum + least(column), 0)}rem`);
    grid.append(DOM.make("div", { role: "rowgroup", class: "head" },
      DOM.make("div", { role: "row", "aria-rowindex": 1 }, model.columns.map(head))), body);
    holder.append(grid);

    const row = (place, feature) => {
      const code = model.classes()[feature];
      const cells = model.columns.map((column) => {
        const text = column.text(feature);
        const tint = column.key === "logFC" && code ? (code > 0 ? " up" : " down") : "";
        return DOM.make("div", { role: "gridcell", class: column.kind + tint, title: column.kind === "text" ? text : null }, text);
      });
      const element = DOM.make("div", {
        role: "row", id: `row-${place}`, "aria-rowindex": place + 2, "aria-selected": String(model.state.selected.has(feature)),
        class: `${place === active ? "active" : ""}${feature === hovered ? " hovered" : ""}`, data: { place },
      }, cells);
      element.style.transform = `translateY(${place * HEIGHT}px)`;
      return element;
    };

    /** Rows from the first to the last in sight, and a few beyond. */
    const draw = () => {
      const rows = model.visible();
      const first = Math.max(Math.floor(grid.scrollTop / HEIGHT) - SPARE, 0);
      const last = Math.min(Math.ceil((grid.scrollTop + grid.clientHeight) / HEIGHT) + SPARE, rows.length);
      for (const [place, element] of made) {
        if (place < first || place >= last) {
          element.remove();
          made.delete(place);
        }
      }
      for (let place = first; place < last; place++) {
        if (made.has(place)) continue;
        const element = row(place, rows[place]);
        made.set(place, element);
        body.append(element);
      }
    };

    const refresh = () => {
      const rows = model.visible();
      active = Math.min(active, Math.max(rows.length - 1, 0));
      body.replaceChildren();
      made.clear();
      body.style.height = `${rows.length * HEIGHT}px`;
      grid.setAttribute("aria-rowcount", rows.length + 1);
      const { sort } = model.state;
      for (const [key, { cell, arrow }] of headers) {
        const mine = key === sort.column;
        cell.setAttribute("aria-sort", mine ? (sort.down ? "descending" : "ascending") : "none");
        arrow.textContent = mine ? (sort.down ? "\u25be" : "\u25b4") : "";
      }
      draw();
      lead();
    };

    const lead = () => {
      if (made.has(active)) grid.setAttribute("aria-activedescendant", `row-${active}`);
      else grid.removeAttribute("aria-activedescendant");
    };

    /** Make a row the active one, and have it in sight. */
    const go = (place) => {
      const last = model.visible().length - 1;
      made.get(active)?.classList.remove("active");
      active = Math.min(Math.max(place, 0), Math.max(last, 0));
      const top = active * HEIGHT;
      const room = grid.clientHeight - HEIGHT - 14;
      if (top < grid.scrollTop) grid.scrollTop = top;
      else if (top + HEIGHT > grid.scrollTop + room) grid.scrollTop = top + HEIGHT - room;
      draw();
      made.get(active)?.classList.add("active");
      lead();
      model.hover(model.visible()[active] ?? null);
    };

    grid.addEventListener("scroll", DOM.oncePerFrame(draw), { passive: true });
    grid.addEventListener("keydown", (event) => {
      if (event.target !== grid) return;
      const page = Math.max(Math.floor(grid.clientHeight / HEIGHT) - 2, 1);
      const goal = {
        ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: Infinity,
      }[event.key];
      if (goal !== undefined) go(goal);
      else if ((event.key === "Enter" || event.key === " ") && model.visible().length) model.select([model.visible()[active]], event.shiftKey);
      else return;
      event.preventDefault();
    });
    body.addEventListener("click", (event) => {
      const place = Number(event.target.closest("[role=row]")?.dataset.place ?? -1);
      if (place < 0) return;
      go(place);
      model.select([model.visible()[place]], event.shiftKey || event.ctrlKey || event.metaKey);
    });
    body.addEventListener("pointerover", (event) => {
      const place = event.target.closest("[role=row]")?.dataset.place;
      if (place !== undefined && event.pointerType === "mouse") model.hover(model.visible()[Number(place)]);
    });
    body.addEventListener("pointerleave", () => model.hover(null));

    const mark = (feature) => {
      hovered = feature;
      const rows = model.visible();
      for (const [place, element] of made) element.classList.toggle("hovered", rows[place] === feature);
    };

    new ResizeObserver(DOM.oncePerFrame(draw)).observe(grid);
    refresh();
    return { refresh, mark, printed: () => printed(model) };
  };

  /** The first rows as a plain table, for paper. */
  const printed = (model) => DOM.make("table", { class: "printed" },
    DOM.make("caption", {}, `The first of ${FORMAT.whole(model.visible().length)} rows, by ${model.state.sort.column}`),
    DOM.make("thead", {}, DOM.make("tr", {}, model.columns.map((column) => DOM.make("th", { scope: "col", class: column.kind }, column.key)))),
    DOM.make("tbody", {}, [...model.visible().slice(0, PRINTED)].map((i) =>
      DOM.make("tr", {}, model.columns.map((column) => DOM.make("td", { class: column.kind }, column.text(i)))))));

  /** The rows in sight of the filters, as a file. */
  const csv = (model) => {
    const lines = [FORMAT.csvLine(model.columns.map((column) => column.key))];
    for (const i of model.visible()) lines.push(FORMAT.csvLine(model.columns.map((column) => column.csv(i))));
    return lines;
  };

  return { mount, csv };
})();
