// Colours: Okabe and Ito's, which all people can tell apart, on light and on dark paper.
const THEME = (() => {
  "use strict";
  const LIGHT = {
    paper: "#ffffff", ink: "#1d2329", quiet: "#5a636c", line: "#dfe3e7", axis: "#8a939b",
    up: "#d55e00", down: "#0072b2", neutral: "#a3abb2", accent: "#009e73", mark: "#111111",
    series: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#3d4650", "#b8a900"],
    ramp: ["#00204d", "#3d4c6c", "#787877", "#b5a96f", "#e3cb50"],
    density: ["#eef1f4", "#c3ccd6", "#8e9dae", "#5a6c82", "#2f4058"],
    cells: ["#f4f7fa", "#cfe0ee", "#8dbbdc", "#3f8fc4", "#00568a"],
    diverging: ["#0a5f94", "#7fb5d9", "#f6f6f4", "#f0a878", "#b44c00"],
  };
  const DARK = {
    paper: "#14181d", ink: "#e6eaee", quiet: "#a4aeb8", line: "#2c343c", axis: "#6d7782",
    up: "#ff8c42", down: "#56b4e9", neutral: "#5f6973", accent: "#2fc79a", mark: "#ffffff",
    series: ["#56a8e6", "#f0b23c", "#2fc79a", "#e29cc4", "#8fd0f5", "#ff8c42", "#c9d1d9", "#f0e442"],
    ramp: ["#5b78c0", "#8b93a4", "#aba67f", "#d4be5e", "#ffea46"],
    density: ["#20272e", "#35414d", "#52657a", "#7c92ab", "#b4c6da"],
    cells: ["#1b2229", "#1f4059", "#236690", "#4a9bd0", "#a5d8fa"],
    diverging: ["#6cbcf2", "#2f6d99", "#20262d", "#9c5524", "#ff9a55"],
  };
  const root = document.documentElement;
  const wish = matchMedia("(prefers-color-scheme: dark)");
  const paper = matchMedia("print");
  const followers = [];
  let chosen = null;
  let printing = false;

  const isDark = () => (chosen === null ? wish.matches : chosen === "dark");
  const now = () => (isDark() && !printing ? DARK : LIGHT);
  const tell = () => {
    root.dataset.theme = isDark() ? "dark" : "light";
    for (const then of followers) then(printing);
  };
  const onChange = (then) => followers.push(then);
  const print = (whether) => {
    if (printing === whether) return;
    printing = whether;
    tell();
  };

  const toggle = () => {
    chosen = isDark() ? "light" : "dark";
    tell();
  };

  wish.addEventListener("change", tell);
  paper.addEventListener("change", () => print(paper.matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));
  root.dataset.theme = isDark() ? "dark" : "light";

  const rgb = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

  /** A colour between those of a ramp; `at` from 0 to 1. */
  const between = (ramp, at) => {
    const place = Math.min(Math.max(at, 0), 1) * (ramp.length - 1);
    const i = Math.min(Math.floor(place), ramp.length - 2);
    const [a, b] = [rgb(ramp[i]), rgb(ramp[i + 1])];
    return `#${a.map((v, k) => Math.round(v + (b[k] - v) * (place - i)).toString(16).padStart(2, "0")).join("")}`;
  };

  /** Black or white, whichever is read better on a colour. */
  const readable = (hex) => {
    const [r, g, b] = rgb(hex).map((v) => (v / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? "#111111" : "#ffffff";
  };

  return { LIGHT, now, printing: () => printing, isDark, toggle, onChange, rgb, between, readable };
})();
