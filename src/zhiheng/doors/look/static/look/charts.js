// Brings drawn charts to life: finds <figure data-chart="ID">, reads its specification from the JSON
// beside it, and replaces the drawing. Expressions are interpreted, not compiled, so the page's
// policy needs no unsafe-eval. When anything fails, the drawing stays.
const token = /#[0-9a-f]{6}\b/gi;

function tokens() {
  // The specification speaks in the light scheme's colours; the page's own tokens follow the reader.
  const names = new Map();
  for (const sheet of document.styleSheets) {
    let rules;
    try { rules = [...sheet.cssRules]; } catch { continue; }
    const root = rules.flatMap((rule) => [...(rule.cssRules ?? [])]).find((rule) => rule.selectorText === ":root");
    for (const name of root?.style ?? []) {
      const value = root.style.getPropertyValue(name).trim().toUpperCase();
      if (value.startsWith("#") && !names.has(value)) names.set(value, `var(${name})`);
    }
  }
  return names;
}

async function enliven(figure, names) {
  const text = document.getElementById(figure.dataset.chart)?.textContent;
  const drawn = figure.querySelector(".drawn");
  if (!text || !drawn || figure.dataset.live) return;
  const spec = JSON.parse(text, (key, value) =>
    key !== "values" && typeof value === "string" ? value.replace(token, (hex) => names.get(hex.toUpperCase()) ?? hex) : value);
  const stage = document.createElement("div");
  figure.dataset.live = "yes";
  await window.vegaEmbed(stage, spec, {
    ast: true, renderer: "svg", actions: false, defaultStyle: false, tooltip: { disableDefaultStyle: true },
  });
  drawn.replaceChildren(stage);
}

function all() {
  if (!window.vegaEmbed) return;
  const names = tokens();
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    enliven(figure, names).catch((failure) => console.warn("chart stays a drawing:", failure));
  }
}

all();
document.addEventListener("htmx:afterSettle", all);
