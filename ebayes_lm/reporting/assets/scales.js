// From numbers to places on paper, and the round numbers along an axis.
const SCALES = (() => {
  "use strict";

  /** Round steps (1, 2 or 5 times a power of ten) that cut a range into about `count` pieces. */
  const step = (low, high, count) => {
    const rough = (high - low) / Math.max(count, 1);
    const base = 10 ** Math.floor(Math.log10(rough));
    const times = rough / base;
    return base * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
  };

  const linearTicks = (low, high, count) => {
    const by = step(low, high, count);
    const digits = Math.max(0, -Math.floor(Math.log10(by) + 1e-9));
    const ticks = [];
    for (let k = Math.ceil(low / by - 1e-9); k * by <= high + by * 1e-9; k++) {
      const value = Number((k * by).toPrecision(12));
      const size = Math.abs(value);
      const text = size >= 1e6 || (size !== 0 && by < 1e-5) ? FORMAT.short(value, 3)
        : size >= 1e4 ? FORMAT.minus(FORMAT.whole(value)) : FORMAT.fixed(value, Math.min(digits, 8));
      ticks.push({ at: value, text });
    }
    return ticks;
  };

  const logTicks = (low, high, count) => {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const ticks = [];
    if (to - from >= 2) {
      const every = Math.ceil((to - from + 1) / Math.max(count, 2));
      for (let k = from; k <= to; k += every) ticks.push({ at: 10 ** k, text: FORMAT.power(k) });
      return ticks;
    }
    for (let k = from - 1; k <= to + 1; k++) {
      for (const m of [1, 2, 5]) {
        const at = m * 10 ** k;
        if (at >= low * 0.999 && at <= high * 1.001) ticks.push({ at, text: FORMAT.short(at, 2) });
      }
    }
    return ticks;
  };

  /** A scale from a domain to places: call it with a number, ask it for ticks. */
  const make = ({ low, high, from, to, log = false, categories = null }) => {
    const seen = log ? Math.log10 : (v) => v;
    const [a, b] = [seen(low), seen(high)];
    const slope = (to - from) / (b - a || 1);
    const place = (value) => from + (seen(value) - a) * slope;
    place.low = low;
    place.high = high;
    place.invert = (at) => (log ? 10 ** (a + (at - from) / slope) : a + (at - from) / slope);
    place.ticks = (count) => {
      if (categories) return categories.map((text, at) => ({ at, text }));
      return log ? logTicks(low, high, count) : linearTicks(low, high, count);
    };
    return place;
  };

  /** Smallest and largest finite number of arrays; logarithmic axes know positive ones alone. */
  const extent = (arrays, log = false) => {
    let [low, high] = [Infinity, -Infinity];
    for (const values of arrays) {
      for (let i = 0; i < values.length; i++) {
        const v = values[i];
        if (!Number.isFinite(v) || (log && v <= 0)) continue;
        if (v < low) low = v;
        if (v > high) high = v;
      }
    }
    return low <= high ? [low, high] : log ? [0.1, 10] : [0, 1];
  };

  /** A little room on both sides. */
  const padded = ([low, high], share = 0.04, log = false) => {
    if (log) {
      const room = 10 ** ((Math.log10(high / low) || 1) * share);
      return [low / room, high * room];
    }
    const room = (high - low || Math.abs(high) || 1) * share;
    return [low - room, high + room];
  };

  return { make, extent, padded };
})();
