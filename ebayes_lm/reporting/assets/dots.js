// Many round points at once, laid into pixels directly: tens of thousands within a frame, without help of a graphics card.
const DOTS = (() => {
  "use strict";
  const PLACES = 4; // positions within a pixel, each way
  const masks = new Map();
  let scratch = null;

  /** Which pixels a disc covers, and how much (to 255), for its centre at each of the positions within a pixel. */
  const mask = (radius) => {
    const key = Math.round(radius * 8) / 8;
    if (masks.has(key)) return masks.get(key);
    const half = Math.ceil(key + 0.5);
    const side = 2 * half + 1;
    const covers = [];
    for (let sy = 0; sy < PLACES; sy++) {
      for (let sx = 0; sx < PLACES; sx++) {
        const found = { dx: [], dy: [], cover: [] };
        for (let j = 0; j < side; j++) {
          for (let i = 0; i < side; i++) {
            const away = Math.hypot(i + 0.5 - half - (sx + 0.5) / PLACES, j + 0.5 - half - (sy + 0.5) / PLACES);
            const cover = Math.round(255 * Math.min(Math.max(key + 0.5 - away, 0), 1));
            if (cover < 4) continue;
            found.dx.push(i - half);
            found.dy.push(j - half);
            found.cover.push(cover);
          }
        }
        covers.push({ dx: Int8Array.from(found.dx), dy: Int8Array.from(found.dy), cover: Uint8Array.from(found.cover) });
      }
    }
    masks.set(key, { half, covers });
    return masks.get(key);
  };

  /** One pixel over another, colours not yet multiplied by their cover; covers are whole numbers up to 255. */
  const over = (pixels, at, r, g, b, alpha) => {
    const below = pixels[at + 3];
    if (below === 255) {
      pixels[at] += ((r - pixels[at]) * alpha) >> 8;
      pixels[at + 1] += ((g - pixels[at + 1]) * alpha) >> 8;
      pixels[at + 2] += ((b - pixels[at + 2]) * alpha) >> 8;
      return;
    }
    if (below === 0) {
      pixels[at] = r;
      pixels[at + 1] = g;
      pixels[at + 2] = b;
      pixels[at + 3] = alpha;
      return;
    }
    const all = alpha + (below * (255 - alpha)) / 255;
    const share = alpha / all;
    pixels[at] += (r - pixels[at]) * share;
    pixels[at + 1] += (g - pixels[at + 1]) * share;
    pixels[at + 2] += (b - pixels[at + 2]) * share;
    pixels[at + 3] = all;
  };

  const LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
  const whole = ([r, g, b]) => (LITTLE ? ((255 << 24) | (b << 16) | (g << 8) | r) : ((r << 24) | (g << 16) | (b << 8) | 255)) >>> 0;

  const group = (buffer, wide, high, scale, box, { x, y, pick, colour, radius, alpha = 1 }) => {
    const [pixels, words] = [new Uint8Array(buffer), new Uint32Array(buffer)];
    const { half, covers } = mask(radius * scale);
    const [r, g, b] = THEME.rgb(colour);
    const full = whole([r, g, b]);
    const count = pick ? pick.length : x.length;
    for (let k = 0; k < count; k++) {
      const p = pick ? pick[k] : k;
      const cx = (x[p] - box.x) * scale;
      const cy = (y[p] - box.y) * scale;
      if (!(cx > -half && cy > -half && cx < wide + half && cy < high + half)) continue;
      const [px, py] = [Math.floor(cx), Math.floor(cy)];
      const { dx, dy, cover } = covers[Math.floor((cy - py) * PLACES) * PLACES + Math.floor((cx - px) * PLACES)];
      const safe = px >= half && py >= half && px + half < wide && py + half < high;
      const centre = py * wide + px;
      for (let c = 0; c < cover.length; c++) {
        if (!safe && (px + dx[c] < 0 || py + dy[c] < 0 || px + dx[c] >= wide || py + dy[c] >= high)) continue;
        const at = centre + dy[c] * wide + dx[c];
        if (words[at] === full) continue;
        const strength = (cover[c] * alpha) | 0;
        if (strength > 250) words[at] = full;
        else over(pixels, at << 2, r, g, b, strength);
      }
    }
  };

  let last = null;
  /** Pixels without anything on them; those of the last time, where the size is the same. */
  const blank = (wide, high) => {
    if (last?.width === wide && last.height === high) last.data.fill(0);
    else if (wide * high < 4000) return new ImageData(wide, high);
    else last = new ImageData(wide, high);
    return last;
  };

  /** Groups of points inside a box, later ones over earlier ones. */
  const paint = (context, scale, groups, box) => {
    const [wide, high] = [Math.ceil(box.w * scale), Math.ceil(box.h * scale)];
    if (wide < 1 || high < 1) return;
    scratch ??= document.createElement("canvas");
    if (scratch.width < wide) scratch.width = wide;
    if (scratch.height < high) scratch.height = high;
    const image = blank(wide, high);
    for (const each of groups) group(image.data.buffer, wide, high, scale, box, each);
    scratch.getContext("2d", { willReadFrequently: true }).putImageData(image, 0, 0);
    context.drawImage(scratch, 0, 0, wide, high, box.x, box.y, wide / scale, high / scale);
  };

  return { paint };
})();
