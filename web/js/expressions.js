// The seven expressions in the order of all scores, with the demo's colours and signs.
export const EXPRESSIONS = [
  { name: "angry", sign: "▲", color: "#f2550f" },
  { name: "disgust", sign: "◆", color: "#549d6c" },
  { name: "fear", sign: "▽", color: "#8e6be0" },
  { name: "happy", sign: "●", color: "#f2b705" },
  { name: "sad", sign: "▼", color: "#3a729c" },
  { name: "surprise", sign: "○", color: "#35b6d6" },
  { name: "neutral", sign: "■", color: "#c8ccd0" },
];

/** The expression of this name; undefined when unsure (null). */
export const byName = (name) => EXPRESSIONS.find((expression) => expression.name === name);

/** 0.925 as "93 %". */
export const percent = (share) => `${Math.round(share * 100)} %`;

export const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** An element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  const { dataset = {}, ...others } = properties;
  Object.assign(made, others);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}
