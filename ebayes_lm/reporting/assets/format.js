// Numbers as a scientist writes them.
const FORMAT = (() => {
  "use strict";
  const minus = (text) => text.replace("-", "\u2212");
  const superscript = (n) => [...String(n)].map((c) => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[c] ?? "\u207b").join("");

  /** With a fixed number of decimals. */
  const fixed = (value, digits) => (Number.isFinite(value) ? minus(value.toFixed(digits)) : "");

  /** With some significant digits, plain where that is short. */
  const short = (value, digits = 4) => {
    if (!Number.isFinite(value)) return "";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e7)) return minus(value.toExponential(digits - 1).replace("e+", "e"));
    return minus(String(Number(value.toPrecision(digits))));
  };

  /** Mantissa and power of ten of 10^-v, also where that is too small for a number. */
  const parts = (v, digits) => {
    let power = Math.floor(-v);
    let mantissa = (10 ** (-v - power)).toFixed(digits);
    if (mantissa.startsWith("10")) {
      power += 1;
      mantissa = (1).toFixed(digits);
    }
    return [mantissa, power];
  };

  /** A p-value from its negative logarithm, for reading. */
  const p = (v) => {
    if (Number.isNaN(v)) return "";
    if (v === Infinity) return "0";
    if (v < 3) return String(Number((10 ** -v).toPrecision(3)));
    const [mantissa, power] = parts(v, 2);
    return `${mantissa}e\u2212${-power}`;
  };

  /** A p-value from its negative logarithm, for another program. */
  const exactP = (v) => {
    if (Number.isNaN(v)) return "";
    if (v === Infinity) return "0";
    const [mantissa, power] = parts(v, 7);
    return `${mantissa}e${power}`;
  };

  /** A number for another program, in as many digits as it is stored with. */
  const exact = (value, digits) => (Number.isFinite(value) ? String(Number(value.toPrecision(digits))) : Number.isNaN(value) ? "" : String(value));

  const whole = (n) => n.toLocaleString("en-GB");

  /** A power of ten, plain where that is short. */
  const power = (k) => (k >= -3 && k <= 4 ? (k < 0 ? (10 ** k).toFixed(-k) : whole(10 ** k)) : `10${superscript(k)}`);

  /** One line of a CSV file (RFC 4180). */
  const csvLine = (cells) => `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;

  return { fixed, short, p, exactP, exact, whole, power, csvLine, minus };
})();
