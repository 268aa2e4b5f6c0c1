// What charts are drawn on: few strokes, done by a canvas for the screen and by SVG text for paper.
const SURFACE = (() => {
  "use strict";
  const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  const font = (size, weight) => `${weight ?? 400} ${size}px ${FONT}`;
  const ruler = document.createElement("canvas").getContext("2d");
  const measure = (text, size = 12, weight = 400) => {
    ruler.font = font(size, weight);
    return ruler.measureText(text).width;
  };

  /** Text no wider than some pixels, cut at its end where needed. */
  const fitted = (text, width, size = 12) => {
    if (measure(text, size) <= width) return text;
    let n = text.length;
    while (n > 1 && measure(`${text.slice(0, n)}\u2026`, size) > width) n--;
    return `${text.slice(0, n)}\u2026`;
  };

  const canvas = (context, scale) => {
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const trace = (xs, ys) => {
      context.beginPath();
      let down = false;
      for (let i = 0; i < xs.length; i++) {
        const known = Number.isFinite(xs[i]) && Number.isFinite(ys[i]);
        if (known && down) context.lineTo(xs[i], ys[i]);
        else if (known) context.moveTo(xs[i], ys[i]);
        down = known;
      }
    };
    return {
      measure,
      clip(x, y, w, h, then) {
        context.save();
        context.beginPath();
        context.rect(x, y, w, h);
        context.clip();
        then();
        context.restore();
      },
      rect(x, y, w, h, colour, alpha = 1) {
        context.globalAlpha = alpha;
        context.fillStyle = colour;
        context.fillRect(x, y, w, h);
        context.globalAlpha = 1;
      },
      line(xs, ys, colour, width = 1, dash = null) {
        trace(xs, ys);
        context.setLineDash(dash ?? []);
        context.lineJoin = "round";
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.stroke();
        context.setLineDash([]);
      },
      area(xs, ys, colour, alpha = 1) {
        trace(xs, ys);
        context.globalAlpha = alpha;
        context.fillStyle = colour;
        context.fill();
        context.globalAlpha = 1;
      },
      ring(x, y, radius, colour, width = 1.5) {
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.stroke();
      },
      dots(groups, box) {
        DOTS.paint(context, scale, groups, box);
      },
      text(text, x, y, { size = 12, colour, align = "left", base = "alphabetic", weight, turn = 0, halo } = {}) {
        context.save();
        context.translate(x, y);
        if (turn) context.rotate(turn);
        context.font = font(size, weight);
        context.textAlign = align;
        context.textBaseline = base;
        if (halo) {
          context.lineWidth = 3;
          context.lineJoin = "round";
          context.strokeStyle = halo;
          context.strokeText(text, 0, 0);
        }
        context.fillStyle = colour;
        context.fillText(text, 0, 0);
        context.restore();
      },
    };
  };

  const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c])
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd");
  const n = (value) => String(Math.round(value * 100) / 100);

  const svg = (width, height) => {
    const parts = [];
    let clips = 0;
    const path = (xs, ys) => {
      let [d, down] = ["", false];
      for (let i = 0; i < xs.length; i++) {
        const known = Number.isFinite(xs[i]) && Number.isFinite(ys[i]);
        if (known) d += `${down ? "L" : "M"}${n(xs[i])} ${n(ys[i])}`;
        down = known;
      }
      return d;
    };
    const anchors = { left: "start", center: "middle", right: "end" };
    const drops = { alphabetic: 0, middle: 0.35, top: 0.8, bottom: -0.2 };
    return {
      measure,
      clip(x, y, w, h, then) {
        clips += 1;
        parts.push(`<clipPath id="clip${clips}"><rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}"/></clipPath>`,
          `<g clip-path="url(#clip${clips})">`);
        then();
        parts.push("</g>");
      },
      rect(x, y, w, h, colour, alpha = 1) {
        const [left, top] = [Math.min(x, x + w), Math.min(y, y + h)];
        parts.push(`<rect x="${n(left)}" y="${n(top)}" width="${n(Math.abs(w))}" height="${n(Math.abs(h))}" fill="${colour}" fill-opacity="${n(alpha)}"/>`);
      },
      line(xs, ys, colour, size = 1, dash = null) {
        const dashes = dash ? ` stroke-dasharray="${dash.join(" ")}"` : "";
        parts.push(`<path d="${path(xs, ys)}" fill="none" stroke="${colour}" stroke-width="${size}" stroke-linejoin="round"${dashes}/>`);
      },
      area(xs, ys, colour, alpha = 1) {
        parts.push(`<path d="${path(xs, ys)}Z" fill="${colour}" fill-opacity="${alpha}"/>`);
      },
      ring(x, y, radius, colour, size = 1.5) {
        parts.push(`<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="none" stroke="${colour}" stroke-width="${size}"/>`);
      },
      dots(groups) {
        for (const { x, y, pick, colour, radius, alpha = 1 } of groups) {
          let d = "";
          const count = pick ? pick.length : x.length;
          for (let k = 0; k < count; k++) {
            const i = pick ? pick[k] : k;
            if (Number.isFinite(x[i]) && Number.isFinite(y[i])) d += `M${n(x[i])} ${n(y[i])}h0`;
          }
          if (d) parts.push(`<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(2 * radius)}" stroke-linecap="round" stroke-opacity="${alpha}"/>`);
        }
      },
      text(text, x, y, { size = 12, colour, align = "left", base = "alphabetic", weight, turn = 0 } = {}) {
        const turned = turn ? ` transform="rotate(${n((turn * 180) / Math.PI)} ${n(x)} ${n(y)})"` : "";
        const heavy = weight ? ` font-weight="${weight}"` : "";
        parts.push(`<text x="${n(x)}" y="${n(y)}" dy="${drops[base]}em" font-size="${size}" fill="${colour}" text-anchor="${anchors[align]}"${heavy}${turned}>${escaped(text)}</text>`);
      },
      written(title) {
        return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
          `font-family="${escaped(FONT)}"><title>${escaped(title)}</title>${parts.join("")}</svg>\n`;
      },
    };
  };

  return { canvas, svg, measure, fitted };
})();
