// A scene on a canvas in the page: sharp at any zoom, as wide as its place, with words under the pointer.
const VIEW = (() => {
  "use strict";
  const tip = DOM.make("div", { class: "tip", role: "status", hidden: true });

  const showTip = (canvas, { x, y, lines }) => {
    tip.replaceChildren(...lines.map((text, i) => DOM.make(i ? "div" : "strong", {}, text)));
    tip.hidden = false;
    const at = canvas.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const left = Math.min(at.left + x + 14, innerWidth - size.width - 8);
    const above = at.top + y - size.height - 10;
    tip.style.left = `${Math.max(left, 8) + scrollX}px`;
    tip.style.top = `${(above > 4 ? above : at.top + y + 16) + scrollY}px`;
  };
  const hideTip = () => {
    tip.hidden = true;
  };

  // Safari reports a move, too, when a page scrolls beneath a pointer at rest; what keys have reached stays then.
  let last = null;
  const moved = (event) => event.screenX !== last?.screenX || event.screenY !== last.screenY;
  addEventListener("pointermove", (event) => {
    last = event;
  }, { passive: true });

  /** Put a scene into a figure, drawn at once or when it comes near; `tools` are elements beside the buttons for export. */
  const mount = (figure, scene, { id, tools = [], role = "img", label = scene.alt, patient = false } = {}) => {
    const canvas = DOM.make("canvas", { id: id ?? null, tabindex: 0, role, "aria-label": label });
    const ring = DOM.make("div", { class: "ring", hidden: true });
    const stage = DOM.make("div", { class: "stage" }, canvas, ring);
    const name = id ?? figure.dataset.chart;
    const bar = DOM.make("div", { class: "chart-tools" }, tools, DOM.make("span", { class: "exports" }, EXPORTS.buttons(scene, name)));
    figure.prepend(stage);
    stage.after(bar);
    const context = canvas.getContext("2d");
    let wide = 0;

    /** Take the room that the scene needs: nothing below moves when it is drawn. */
    const fit = () => {
      const width = Math.floor(stage.clientWidth);
      const height = scene.height(width);
      if (width >= 40) canvas.style.aspectRatio = `${width} / ${height}`;
      return [width, height];
    };
    const draw = () => {
      const [width, height] = fit();
      if (width < 40) return;
      wide = width;
      const scale = Math.min(devicePixelRatio || 1, 3) * (THEME.printing() ? 2 : 1);
      const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
      if (canvas.width !== w || canvas.height !== h) {
        [canvas.width, canvas.height] = [w, h];
      } else {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, w, h);
      }
      const surface = SURFACE.canvas(context, scale);
      // Paper lies beneath a picture that is printed: where nothing does, some readers of PDF see black shine through.
      if (THEME.printing()) surface.rect(0, 0, width, height, THEME.now().paper);
      scene.draw(surface, width, height, THEME.now(), true);
    };
    const later = DOM.oncePerFrame(draw);
    // What is out of sight waits until it comes near.
    let [near, waiting] = [false, false];
    const refresh = () => {
      waiting = !near;
      if (near) later();
    };
    new IntersectionObserver((seen) => {
      near = seen.at(-1).isIntersecting;
      if (near && waiting) refresh();
    }, { rootMargin: "600px" }).observe(stage);
    /** In other colours: at once where somebody sees it, and on paper. */
    const recolour = (printing) => {
      waiting = !near && !printing;
      if (!waiting) draw();
    };

    /** A ring around what is meant, or none. */
    const point = (what) => {
      ring.hidden = !what || what.bare;
      if (what) [ring.style.left, ring.style.top] = [`${what.x}px`, `${what.y}px`];
    };
    let current = null;
    const mean = (what) => {
      current = what;
      point(what);
      if (what) showTip(canvas, what);
      else hideTip();
      scene.hover?.(what);
    };

    const place = (event) => [event.offsetX, event.offsetY];
    canvas.addEventListener("pointermove", (event) => !event.buttons && moved(event) && mean(scene.probe(...place(event))));
    canvas.addEventListener("pointerleave", () => mean(null));
    canvas.addEventListener("blur", () => mean(null));
    canvas.addEventListener("click", (event) => {
      const what = scene.probe(...place(event));
      if (what) scene.pick?.(what, event.shiftKey);
    });
    canvas.addEventListener("keydown", (event) => {
      if ((event.key === "Enter" || event.key === " ") && current) scene.pick?.(current, event.shiftKey);
      else if (event.key === "Escape") mean(null);
      else {
        const next = scene.walk(event.key, current);
        if (!next) return;
        mean(next);
      }
      event.preventDefault();
    });

    const stale = () => Math.floor(stage.clientWidth) !== wide;
    new ResizeObserver(() => {
      if (!stale()) return;
      fit();
      refresh();
    }).observe(stage);
    THEME.onChange(recolour);
    if (patient) fit();
    else draw();
    return { canvas, stage, draw, refresh, point, scene };
  };

  addEventListener("scroll", hideTip, { passive: true });
  const begin = () => document.body.append(tip);

  return { mount, begin };
})();
