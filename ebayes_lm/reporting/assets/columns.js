// Columns of the table of tests: what each sorts by, how it reads, what it writes into a file.
const COLUMNS = (() => {
  "use strict";
  const { get } = ARRAYS;

  /** Digits to write stored numbers with: six where only sixteen of their bits are in use. */
  const digitsOf = (values) => {
    if (!(values instanceof Float32Array)) return 8;
    const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
    return bits.subarray(0, 500).every((word) => (word & 0xff) === 0) ? 6 : 8;
  };

  const numeric = (key, values, digits, more = {}) => ({
    key, kind: "number",
    value: (i) => values()[i],
    text: (i) => FORMAT.fixed(values()[i], digits),
    csv: (i) => FORMAT.exact(values()[i], digitsOf(values())),
    ...more,
  });
  const chance = (key, values, help) => ({
    key, kind: "number", help,
    value: (i) => -values()[i],
    text: (i) => FORMAT.p(values()[i]),
    csv: (i) => FORMAT.exactP(values()[i]),
  });
  const textual = (key, values) => ({ key, kind: "text", value: (i) => values[i] ?? "", text: (i) => values[i] ?? "", csv: (i) => values[i] ?? "" });
  const noted = ({ name, kind, values }) => {
    const found = get(values);
    if (kind === "text") return textual(name, found);
    return { ...numeric(name, () => found, 0), text: (i) => FORMAT.short(found[i], 7) };
  };

  const of = (facts, names, annotation, contrast) => {
    const now = (key) => () => get(contrast()[key]);
    const average = () => get(facts.amean);
    return [
      textual("feature", names),
      ...annotation.map(noted),
      numeric("logFC", now("log_fc"), 3, { help: "estimated effect, a log2 fold change where values are log2" }),
      numeric("AveExpr", average, 2, { help: "mean of the feature over all samples" }),
      numeric("t", now("t"), 2, { help: "moderated t-statistic" }),
      chance("P.Value", now("neg_log10_p"), "p-value of one feature alone"),
      chance("adj.P.Val", now("neg_log10_adj_p"), "p-value adjusted for the number of features"),
      ...(facts.has_log_odds ? [numeric("B", now("log_odds"), 2, { help: "log odds of an effect" })] : []),
    ];
  };

  const order = (column, n, down) => {
    const all = Uint32Array.from({ length: n }, (_, i) => i);
    const sign = down ? -1 : 1;
    if (column.kind === "text") {
      const collator = new Intl.Collator("en", { numeric: true });
      return all.sort((a, b) => sign * collator.compare(column.value(a), column.value(b)) || a - b);
    }
    const keys = Float64Array.from(all, (i) => {
      const value = column.value(i);
      return Number.isNaN(value) ? Infinity : sign * value;
    });
    return all.sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b));
  };

  return { of, order };
})();
