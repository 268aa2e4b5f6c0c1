// Charts of the written sections: each takes its room in the figure that waits for it, and is drawn when it comes near.
const PANELS = (() => {
  "use strict";

  const fill = (figure, spec, model) => {
    const named = spec.layers.map((layer) => (layer.features ? { ...layer, names: model.names } : layer));
    const scene = CHART.scene({ ...spec, layers: named });
    scene.pick = (what, add) => {
      if (what.feature === null || what.feature === undefined) return;
      model.select([what.feature], add);
    };
    const tools = [];
    if (scene.choices.length > 1) {
      tools.push(DOM.choice(`colour-${spec.id}`, "Colour by", scene.choices.map((each) => each.name), 0, (i) => {
        scene.colourBy(i);
        view.draw();
      }));
    }
    const view = VIEW.mount(figure, scene, { tools, patient: true });
  };

  const mount = (facts, model) => {
    for (const panel of facts.panels ?? []) {
      for (const spec of panel.charts) {
        const figure = document.querySelector(`figure[data-chart="${CSS.escape(spec.id)}"]`);
        if (figure) fill(figure, spec, model);
      }
    }
  };

  return { mount };
})();
