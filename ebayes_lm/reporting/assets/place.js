// The address of what is looked at: a link to the page opens it there again.
const PLACE = (() => {
  "use strict";

  const read = (model) => {
    const given = new URLSearchParams(location.hash.slice(1));
    const values = {};
    const c = model.facts.contrasts.findIndex((contrast) => contrast.name === given.get("contrast"));
    if (c >= 0) values.contrast = c;
    const fdr = Number(given.get("fdr"));
    if (fdr > 0 && fdr <= model.limit) values.fdr = fdr;
    const lfc = Number(given.get("lfc"));
    if (given.has("lfc") && lfc >= 0 && Number.isFinite(lfc)) values.lfc = lfc;
    const focus = model.names.indexOf(given.get("feature"));
    if (focus >= 0) Object.assign(values, { focus, selected: new Set([focus]) });
    model.change("place", values);
  };

  const write = (model) => {
    const { fdr, lfc, focus, selected } = model.state;
    const now = new URLSearchParams({ contrast: model.contrast().name, fdr, lfc });
    if (selected.has(focus)) now.set("feature", model.names[focus]);
    try {
      history.replaceState(null, "", `#${now}`);
    } catch {
      // Some browsers keep the address of a file from changing; the page works without.
    }
  };

  const follow = (model) => {
    let waiting = 0;
    model.on("contrast threshold selection", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => write(model), 400);
    });
  };

  /** To the section that the address names: what has come in above it moved it, which not every browser makes up for. */
  const land = () => document.querySelector(":target")?.scrollIntoView();

  return { read, follow, land };
})();
