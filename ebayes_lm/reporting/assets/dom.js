// Elements are made, never parsed from text: what the data say can only ever be text.
const DOM = (() => {
  "use strict";

  /** An element; `attributes` may hold `on` (listeners) and `data` (data-* attributes); children are nodes or text. */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "on") for (const [event, then] of Object.entries(value)) element.addEventListener(event, then);
      else if (name === "data") Object.assign(element.dataset, value);
      else element.setAttribute(name, value === true ? "" : String(value));
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return element;
  };

  /** A select box over names; values are positions. */
  const choice = (id, label, names, chosen, then) => {
    const box = make("select", { id, on: { change: () => then(Number(box.value)) } },
      names.map((name, i) => make("option", { value: i, selected: i === chosen }, name)));
    return make("label", { class: "choice", for: id }, make("span", {}, label), box);
  };

  const button = (text, attributes = {}) => make("button", { type: "button", ...attributes }, text);

  /** Calls come together: the last one before the next frame is the one that happens. */
  const oncePerFrame = (then) => {
    let waiting = 0;
    return () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        then();
      });
    };
  };

  return { make, choice, button, oncePerFrame };
})();
