// The panel of faces: a name and seven bars for each, for eyes and for screen readers.
import { EXPRESSIONS, byName, element, percent } from "./expressions.js";

const list = document.getElementById("faces");
const nobody = document.getElementById("nobody");
const MOST = 4;
const items = new Map();

/** Shows these faces. */
export function showReadings(faces) {
  const shown = faces.slice(0, MOST);
  nobody.hidden = faces.length > 0;
  for (const [track, item] of items) {
    if (!shown.some((face) => face.track === track)) {
      item.root.remove();
      items.delete(track);
    }
  }
  for (const face of shown) {
    if (!items.has(face.track)) items.set(face.track, makeItem(face.track));
    update(items.get(face.track), face);
  }
}

function makeItem(track) {
  const [sign, name, sure] = ["sign", "large", "sure"].map((className) => element("span", { className }));
  sign.setAttribute("aria-hidden", "true");
  const bars = EXPRESSIONS.map((expression) => {
    const mark = element("span", { className: "sign", textContent: expression.sign });
    mark.setAttribute("aria-hidden", "true");
    const fill = element("span", { className: "fill" });
    const value = element("span", { className: "value" });
    const row = element("li", { className: "bar", dataset: { expression: expression.name } }, mark,
      element("span", { className: "name", textContent: expression.name }),
      element("span", { className: "track" }, fill), value);
    return { row, fill, value };
  });
  const what = element("p", { className: "what" }, sign, name, sure);
  const title = element("p", { className: "quiet", textContent: `Face ${track}` });
  const root = element("li", { className: "face" }, title, what, element("ul", {}, ...bars.map(({ row }) => row)));
  list.append(root);
  return { root, what, sign, name, sure, bars };
}

function update(item, face) {
  const dominant = byName(face.dominant);
  item.what.dataset.expression = dominant?.name ?? "";
  item.sign.textContent = dominant?.sign ?? "?";
  item.name.textContent = dominant?.name ?? "unsure";
  item.sure.textContent = percent(face.confidence);
  item.bars.forEach(({ row, fill, value }, index) => {
    row.classList.toggle("first", EXPRESSIONS[index] === dominant);
    fill.style.setProperty("--p", face.scores[index].toFixed(3));
    value.textContent = percent(face.scores[index]);
  });
}
