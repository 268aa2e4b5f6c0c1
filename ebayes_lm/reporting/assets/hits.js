// Which point lies under the pointer: points sorted into small squares once, a few squares looked at each time.
const HITS = (() => {
  "use strict";
  const SIDE = 16;

  const index = (xs, ys, width, height) => {
    const across = Math.max(1, Math.ceil(width / SIDE));
    const up = Math.max(1, Math.ceil(height / SIDE));
    const starts = new Uint32Array(across * up + 1);
    const cell = (i) => {
      const [c, r] = [Math.floor(xs[i] / SIDE), Math.floor(ys[i] / SIDE)];
      return c >= 0 && r >= 0 && c < across && r < up ? r * across + c : -1;
    };
    for (let i = 0; i < xs.length; i++) {
      const at = cell(i);
      if (at >= 0) starts[at + 1]++;
    }
    for (let k = 0; k < across * up; k++) starts[k + 1] += starts[k];
    const next = starts.slice();
    const points = new Uint32Array(starts[across * up]);
    for (let i = 0; i < xs.length; i++) {
      const at = cell(i);
      if (at >= 0) points[next[at]++] = i;
    }

    const within = (x0, y0, x1, y1, then) => {
      const clamp = (v, most) => Math.min(Math.max(Math.floor(v / SIDE), 0), most - 1);
      for (let r = clamp(y0, up); r <= clamp(y1, up); r++) {
        for (let c = clamp(x0, across); c <= clamp(x1, across); c++) {
          for (let k = starts[r * across + c]; k < starts[r * across + c + 1]; k++) then(points[k]);
        }
      }
    };

    /** The point next to a place, -1 where none is near; points for which `prefer` holds win over others. */
    const nearest = (x, y, reach = 10, prefer = null) => {
      let [best, least] = [-1, reach * reach];
      within(x - reach, y - reach, x + reach, y + reach, (i) => {
        let away = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
        if (away > reach * reach) return;
        if (prefer && !prefer(i)) away += 9;
        if (away < least) [best, least] = [i, away];
      });
      return best;
    };

    /** All points inside a rectangle. */
    const inside = (x0, y0, x1, y1) => {
      const found = [];
      within(x0, y0, x1, y1, (i) => {
        if (xs[i] >= x0 && xs[i] <= x1 && ys[i] >= y0 && ys[i] <= y1) found.push(i);
      });
      return found;
    };

    return { nearest, inside };
  };

  return { index };
})();
