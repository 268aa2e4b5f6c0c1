// The order in which the page comes to life, and what it says where it cannot.
const MAIN = (() => {
  "use strict";

  const fail = (error) => {
    const text = DOM.make("p", { class: "failure", role: "alert" },
      `The interactive part of this report could not start: ${error.message} The written parts below are complete.`);
    document.querySelector("main").prepend(text);
    window.ebayesReport = { ready: false, error: String(error.message) };
    console.error(error);
  };

  const themeSwitch = () => {
    const button = DOM.button("", { id: "theme", on: { click: THEME.toggle } });
    const show = () => {
      button.textContent = THEME.isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", `Show the page in ${THEME.isDark() ? "light" : "dark"} colours`);
    };
    THEME.onChange(show);
    show();
    (document.querySelector("header") ?? document.body).append(button);
  };

  /** What tests and curious people may look at. */
  const handle = (model) => ({
    ready: true,
    state() {
      const { fdr, lfc, search, sort, show, selected } = model.state;
      const focus = model.focus();
      const { up, down } = model.counts();
      return {
        contrast: model.contrast().name, fdr, lfc, search, sort, show,
        selected: [...selected].map((i) => model.names[i]), focus: focus === null ? null : model.names[focus],
        counts: { up, down }, visible: model.visible().length,
        rows: (i, j) => [...model.visible().slice(i, j)].map((f) => Object.fromEntries(model.columns.map((c) => [c.key, c.csv(f)]))),
      };
    },
  });

  const start = async () => {
    themeSwitch();
    const facts = JSON.parse(document.getElementById("facts").textContent);
    const holder = document.getElementById("arrays");
    await ARRAYS.open(holder.textContent, facts);
    holder.remove();
    VIEW.begin();
    const model = MODEL.make(facts);
    PLACE.read(model);
    const explorer = document.getElementById("explorer");
    if (explorer && facts.contrasts.length) EXPLORER.mount(explorer, model);
    const several = document.getElementById("contrasts");
    if (several) CONTRASTS.mount(several, model);
    PANELS.mount(facts, model);
    SORTING.mount();
    PLACE.follow(model);
    PLACE.land();
    window.ebayesReport = handle(model);
    performance.mark("report-ready");
  };

  start().catch(fail);
})();
