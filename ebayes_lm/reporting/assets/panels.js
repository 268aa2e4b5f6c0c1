// Charts of the written sections, each drawn into the figure that waits for it, when it comes near.
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
    const view = VIEW.mount(figure, scene, { tools });
  };

  const mount = (facts, model) => {
    const waiting = new Map();
    for (const panel of facts.panels ?? []) {
      for (const spec of panel.charts) {
        const figure = document.querySelector(`figure[data-chart="${CSS.escape(spec.id)}"]`);
        if (figure) waiting.set(figure, spec);
      }
    }
    const draw = (figure) => {
      const spec = waiting.get(figure);
      if (!spec) return;
      waiting.delete(figure);
      fill(figure, spec, model);
    };
    const near = new IntersectionObserver((seen) => seen.forEach((each) => {
      if (!each.isIntersecting) return;
      near.unobserve(each.target);
      draw(each.target);
    }), { rootMargin: "600px" });
    for (const figure of waiting.keys()) near.observe(figure);
    // Paper shows all of them.
    THEME.onChange((printing) => printing && [...waiting.keys()].forEach(draw));
    return { rest: () => [...waiting.keys()].forEach(draw) };
  };

  return { mount };
})();
