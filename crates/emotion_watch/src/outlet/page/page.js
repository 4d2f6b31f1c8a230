// Asks for the state once a second and draws it. Text goes in as text, never as markup.

const COLORS = {
  happy: "#F2B705", sad: "#3E7CB1", angry: "#D55E00", fear: "#8E6BBF",
  surprise: "#35B6D6", disgust: "#5B9A3C", neutral: "#B8BCC2",
};
const SVG = "http://www.w3.org/2000/svg";
const by = (id) => document.getElementById(id);

function make(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function ring(face) {
  const circle = document.createElementNS(SVG, "circle");
  const [x, y] = face.center_in_frame;
  const set = (name, value) => circle.setAttribute(name, value);
  set("cx", x * 160);
  set("cy", y * 90);
  set("r", Math.max(2, face.width_in_frame * 96));
  set("fill", "none");
  set("stroke", COLORS[face.expression] ?? "#7d8590");
  set("stroke-width", face.expression ? 2 : 1);
  const title = document.createElementNS(SVG, "title");
  title.textContent = face.expression ?? "unsure";
  circle.append(title);
  return circle;
}

const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

function ruleRow(rule) {
  const row = make("tr", undefined, rule.open ? "on" : "");
  const learning = rule.threshold === null;
  const hours = Math.ceil(rule.minutes_to_learn / 60);
  const limit = learning ? `still learning, ${hours} h left` : `alert from ${number(rule.threshold)} ${rule.unit}`;
  row.append(make("td", rule.name), make("td", `${number(rule.figure)} · ${limit}`));
  return row;
}

function camera([state, problem]) {
  const open = state.rules.some((rule) => rule.open);
  const card = make("article", undefined, open ? "on" : "");
  const title = make("h3", state.name);
  const faces = state.faces.length === 1 ? "1 face" : `${state.faces.length} faces`;
  title.append(make("span", problem ? "no readings" : state.is_active ? faces : "not watched now"));
  const view = document.createElementNS(SVG, "svg");
  view.setAttribute("viewBox", "0 0 160 90");
  view.setAttribute("role", "img");
  view.setAttribute("aria-label", `${state.name}: ${faces}`);
  if (!problem) view.append(...state.faces.map(ring));
  const table = make("table");
  table.append(...state.rules.map(ruleRow));
  card.append(title, view, table);
  if (problem) card.append(make("p", problem, "quiet"));
  return card;
}

function alertItem(alert) {
  const over = alert.ended !== null;
  const item = make("li", undefined, over || alert.is_acknowledged ? "" : "on");
  const when = new Date(alert.began_at * 1000).toLocaleString();
  const usual = alert.usual === null ? "" : `, usually ${number(alert.usual)}`;
  item.append(make("strong", `${alert.camera}: ${alert.message}`));
  item.append(make("span", `alert from ${number(alert.threshold)} ${alert.unit}${usual}`, "quiet"), make("span", when, "quiet"));
  if (over) item.append(make("span", "over", "quiet"));
  else if (alert.is_acknowledged) item.append(make("span", "acknowledged", "quiet"));
  else {
    const button = make("button", "Acknowledge");
    button.addEventListener("click", () => acknowledge(alert.id));
    item.append(button);
  }
  return item;
}

async function acknowledge(id) {
  const answer = await fetch("/acknowledge", {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ id }),
  });
  if (!answer.ok) by("status").textContent = await answer.text();
  await refresh();
}

let drawn = "";

async function refresh() {
  try {
    const answer = await fetch("/state");
    const { state, alerts } = await answer.json();
    by("status").textContent = state ? `${state.cameras.length} cameras` : "starting";
    by("wall").replaceChildren(...(state?.cameras ?? []).map(camera));
    // A list that is drawn anew would take the focus off its buttons.
    const key = JSON.stringify(alerts.map((it) => [it.id, it.figure, it.ended, it.is_acknowledged]));
    if (key !== drawn) {
      drawn = key;
      by("alerts").replaceChildren(...alerts.map(alertItem));
      by("none").hidden = alerts.length > 0;
    }
  } catch {
    by("status").textContent = "the watch does not answer";
  }
}

await refresh();
setInterval(refresh, 1000);
