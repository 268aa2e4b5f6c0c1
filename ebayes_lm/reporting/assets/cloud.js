// A cloud of all features: up, down or neither, with what is selected on top. Volcano and MA plot are two of these.
const CLOUD = (() => {
  "use strict";
  const { get } = ARRAYS;
  const LABELS = 8;

  const scene = (model, { title, x, y, rest, rules, zero }) => {
    let live = null;
    let found = null; // what the axes span, by contrast and part that is looked at closely

    const spans = () => {
      const { contrast, zoom } = model.state;
      if (found?.contrast !== contrast || found.zoom !== zoom) {
        const grid = model.contrast().rest?.[rest];
        const whole = (values, low, high) => SCALES.padded(SCALES.extent([values, grid ? [grid[low], grid[high]] : []]), 0.03);
        const span = (values, ...sides) => {
          const all = whole(values, ...sides);
          const [low, high] = zoom ? SCALES.extent([zoom.map((i) => values[i])]) : all;
          const room = zoom ? Math.max((high - low) * 0.06, (all[1] - all[0]) * 0.01) : 0;
          return [low - room, high + room];
        };
        const [xs, ys] = [span(x.values(), "x0", "x1"), span(y.values(), "y0", "y1")];
        if (zero) ys[0] = zoom ? Math.max(ys[0], 0) : 0;
        found = { contrast, zoom, xs, ys, key: `${contrast} ${xs} ${ys}` };
      }
      return found;
    };

    const byClass = () => {
      const codes = model.classes();
      const groups = { down: [], neutral: [], up: [] };
      for (let i = 0; i < codes.length; i++) (codes[i] > 0 ? groups.up : codes[i] < 0 ? groups.down : groups.neutral).push(i);
      return groups;
    };

    const legend = (groups, palette) => {
      const { up, down } = model.counts();
      const left = (model.contrast().rest?.n ?? 0) + groups.neutral.length;
      const entries = [["Up", up, palette.up], ["Down", down, palette.down], ["Neither", left, palette.neutral]];
      const { selected } = model.state;
      if (selected.size) entries.push(["Selected", selected.size, palette.accent]);
      return entries.map(([name, count, colour]) => ({ name: `${name} ${FORMAT.whole(count)}`, colour, mark: "dot" }));
    };

    const lay = (width, height, groups, palette) => {
      const { xs, ys } = spans();
      const side = (label, [low, high]) => ({ label, low, high });
      return FRAME.lay({ title, x: side(x.label(), xs), y: side(y.label(), ys), legend: legend(groups, palette) }, width, height);
    };

    /** Where points lie; kept for the screen until its size or the contrast changes. */
    const places = (frame, shown) => {
      const { box, sx, sy } = frame;
      const key = `${spans().key} ${box.x} ${box.y} ${box.w} ${box.h}`;
      if (shown && live?.key === key) return live;
      const [xs, ys] = [LAYERS.mapped(x.values(), sx), LAYERS.mapped(y.values(), sy)];
      const out = (at, low, size) => at < low - 4 || at > low + size + 4;
      if (model.state.zoom) for (let i = 0; i < xs.length; i++) if (out(xs[i], box.x, box.w) || out(ys[i], box.y, box.h)) xs[i] = NaN;
      const made = { key, xs, ys };
      if (shown) live = { ...made, hits: HITS.index(xs, ys, frame.width, frame.height) };
      return made;
    };

    const labels = (surface, { xs, ys }, frame, palette) => {
      const { selected, focus } = model.state;
      const codes = model.classes();
      const wanted = selected.size ? [focus, ...selected].slice(0, 24) : [...model.ordered("P.Value", false).subarray(0, LABELS)].filter((i) => codes[i]);
      const taken = [];
      for (const i of new Set(wanted)) {
        if (i === null || !Number.isFinite(xs[i] + ys[i])) continue;
        const text = SURFACE.fitted(model.title(i), 120, 11);
        const wide = surface.measure(text, 11);
        const right = xs[i] + wide + 10 < frame.box.x + frame.box.w;
        const left = right ? xs[i] + 6 : xs[i] - 6 - wide;
        const spot = [left, ys[i] - 7, left + wide, ys[i] + 7];
        if (left < frame.box.x || taken.some((t) => t[0] < spot[2] && spot[0] < t[2] && t[1] < spot[3] && spot[1] < t[3])) continue;
        taken.push(spot);
        surface.text(text, left, ys[i], { size: 11, colour: palette.ink, base: "middle", halo: palette.paper });
      }
    };

    const draw = (surface, width, height, palette, shown) => {
      const groups = byClass();
      const frame = lay(width, height, groups, palette);
      const { box } = frame;
      FRAME.under(surface, frame, palette);
      const at = places(frame, shown);
      const grid = model.contrast().rest?.[rest];
      const radius = model.names.length > 30000 ? 1.3 : model.names.length > 3000 ? 1.7 : 2.4;
      const group = (pick, colour, alpha, size = radius) => ({ x: at.xs, y: at.ys, pick, colour, radius: size, alpha });
      surface.clip(box.x, box.y - 4, box.w + 4, box.h + 4, () => {
        if (grid) LAYERS.draw(surface, { kind: "grid", ...grid }, frame, palette);
        const { selected, focus } = model.state;
        surface.dots([
          group(groups.neutral, palette.neutral, selected.size ? 0.5 : 1),
          group(groups.down, palette.down, selected.size ? 0.5 : 1),
          group(groups.up, palette.up, selected.size ? 0.5 : 1),
          group([...selected], palette.accent, 1, Math.max(radius + 1.4, 3.4)),
        ], { x: box.x, y: box.y - 4, w: box.w + 4, h: box.h + 4 });
        for (const rule of rules()) LAYERS.draw(surface, { kind: "rule", ...rule }, frame, palette);
        if (selected.has(focus) && Number.isFinite(at.xs[focus])) surface.ring(at.xs[focus], at.ys[focus], 6.5, palette.mark, 1.6);
        labels(surface, at, frame, palette);
      });
      FRAME.over(surface, frame, palette);
    };

    const say = (i) => {
      if (i === undefined || i < 0 || !Number.isFinite(live.xs[i] + live.ys[i])) return null;
      return { id: i, x: live.xs[i], y: live.ys[i], lines: model.words(i) };
    };
    const walk = (key, from) => {
      const seen = (i) => !model.state.zoom || Number.isFinite(live.xs[i] + live.ys[i]);
      const ranks = model.ordered("P.Value", false).filter(seen);
      return say(PROBES.led(key, ranks, ranks.indexOf(from?.id ?? model.focus())));
    };

    return {
      get title() {
        return `${title}, ${model.contrast().title}`;
      },
      alt: `${title} of all features. Arrow keys go from feature to feature by p-value, Enter selects.`,
      height: (width) => Math.round(Math.min(Math.max(width * 0.72, 280), 430)),
      draw,
      say,
      probe: (px, py) => (live ? say(live.hits.nearest(px, py, 10, (i) => model.classes()[i] !== 0)) : null),
      walk,
      inside: (x0, y0, x1, y1) => live?.hits.inside(x0, y0, x1, y1) ?? [],
      hover: (what) => model.hover(what?.id ?? null),
      pick: (what, add) => model.select([what.id], add),
    };
  };

  /** Rectangles drawn with the pointer, by mouse, pen or finger. */
  const boxes = ({ canvas, stage }, then) => {
    const box = DOM.make("div", { class: "lasso", hidden: true });
    stage.append(box);
    let start = null;
    let moved = false;
    const corners = (event) => {
      const at = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - at.left, event.clientY - at.top];
      return [Math.min(x, start.x), Math.min(y, start.y), Math.max(x, start.x), Math.max(y, start.y)];
    };
    const end = () => {
      start = null;
      box.hidden = true;
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = { x: event.offsetX, y: event.offsetY };
      moved = false;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x0, y0, x1, y1] = corners(event);
      moved ||= x1 - x0 > 5 || y1 - y0 > 5;
      box.hidden = !moved;
      Object.assign(box.style, { left: `${x0}px`, top: `${y0}px`, width: `${x1 - x0}px`, height: `${y1 - y0}px` });
    });
    canvas.addEventListener("pointerup", (event) => {
      if (start && moved) then(...corners(event), event.shiftKey);
      end();
    });
    canvas.addEventListener("pointercancel", end);
    // A drag ends in a click, too, which is none.
    stage.addEventListener("click", (event) => moved && event.stopPropagation(), true);
  };

  return { scene, boxes };
})();
