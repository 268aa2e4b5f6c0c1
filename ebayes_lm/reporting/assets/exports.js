// What can be taken out of the page: charts as SVG or PNG, tables as CSV.
const EXPORTS = (() => {
  "use strict";
  const WIDTH = 720;

  const save = (parts, type, name) => {
    const address = URL.createObjectURL(new Blob(parts, { type }));
    const link = DOM.make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  };

  /** A name that every file system takes. */
  const fileName = (text, end) => `${text.normalize("NFKD").replace(/[^\w.-]+/g, "_").replace(/^[_.]+|_+$/g, "").slice(0, 80) || "chart"}.${end}`;

  /** A scene on light paper. */
  const drawn = (scene, surface, height) => {
    surface.rect(0, 0, WIDTH, height, THEME.LIGHT.paper);
    scene.draw(surface, WIDTH, height, THEME.LIGHT, false);
    return surface;
  };

  const svg = (scene) => {
    const height = scene.height(WIDTH);
    return drawn(scene, SURFACE.svg(WIDTH, height), height).written(scene.title ?? "");
  };

  /** Pixels for print: four for each of the page. */
  const png = (scene, then) => {
    const [height, scale] = [scene.height(WIDTH), 4];
    const canvas = DOM.make("canvas", { width: WIDTH * scale, height: height * scale });
    drawn(scene, SURFACE.canvas(canvas.getContext("2d"), scale), height);
    canvas.toBlob(then, "image/png");
  };

  const buttons = (scene, name) => [
    DOM.button("SVG", {
      class: "export-svg", data: { chart: name }, "aria-label": `Save ${scene.title} as SVG`,
      on: { click: () => save([svg(scene)], "image/svg+xml", fileName(scene.title || name, "svg")) },
    }),
    DOM.button("PNG", {
      class: "export-png", data: { chart: name }, "aria-label": `Save ${scene.title} as PNG`,
      on: { click: () => png(scene, (blob) => save([blob], "image/png", fileName(scene.title || name, "png"))) },
    }),
  ];

  return { save, fileName, buttons };
})();
