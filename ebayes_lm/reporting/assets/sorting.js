// Tables of the written sections that can be sorted by any column.
const SORTING = (() => {
  "use strict";

  const valueOf = (row, k) => {
    const text = row.cells[k].textContent;
    const number = Number(text.replaceAll(",", ""));
    return text === "" ? null : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) => (a === null || b === null ? (a === null) - (b === null) : a < b ? -1 : a > b ? 1 : 0);

  const sort = (table, k) => {
    const heads = [...table.tHead.rows[0].cells];
    const down = heads[k].getAttribute("aria-sort") === "ascending";
    heads.forEach((head, i) => (i === k ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, k), row]);
    rows.sort(([a], [b]) => (down && a !== null && b !== null ? compare(b, a) : compare(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  };

  const mount = () => {
    for (const table of document.querySelectorAll("table.sortable")) {
      [...table.tHead.rows[0].cells].forEach((head, k) => {
        head.replaceChildren(DOM.button(head.textContent, { on: { click: () => sort(table, k) } }));
      });
    }
  };

  return { mount };
})();
