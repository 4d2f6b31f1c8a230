// Pictures and films that are dropped: read one after the other, shown, and saved as files.
import { drawFace } from "./draw.js";
import { EXPRESSIONS, byName, element, percent } from "./expressions.js";

const $ = (id) => document.getElementById(id);
const [drop, picker, list, status, downloads] = ["drop", "picker", "results", "files-status", "downloads"].map($);
const FACE_COLUMNS = ["x", "y", "w", "h", "roll_deg", "expression", "confidence", ...EXPRESSIONS.map(({ name }) => name)];
const PREVIEW = 640;

let results = [];
let waiting = [];
let working = false;

/** Makes the drop zone work with the mode that `currentMode` gives. */
export function acceptFiles(currentMode) {
  const take = (files) => {
    waiting.push(...files);
    if (!working) work(currentMode());
  };
  picker.addEventListener("change", () => {
    take(picker.files);
    picker.value = "";
  });
  // A file that misses the zone must not replace the page.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  $("save-json").addEventListener("click", () => save("emotion.json", "application/json", JSON.stringify(results.map(withoutCsv), null, 1)));
  $("save-csv").addEventListener("click", () => save("emotion.csv", "text/csv", asCsv()));
  $("clear").addEventListener("click", clear);
}

async function work(mode) {
  working = true;
  let [done, failed] = [0, 0];
  while (waiting.length) {
    const file = waiting.shift();
    status.textContent = `Reading ${file.name}${waiting.length ? `, ${waiting.length} more` : ""} …`;
    const text = element("div", { className: "text" }, element("strong", { textContent: file.name }));
    const item = element("li", {}, text);
    list.append(item);
    try {
      const isFilm = file.type.startsWith("video/") || /\.(mp4|mov|mkv|avi|webm)$/i.test(file.name);
      await (isFilm ? readFilm : readPicture)(mode, file, item, text);
      done++;
    } catch (error) {
      failed++;
      text.append(element("p", { className: "problem", textContent: error.message }));
    }
    downloads.hidden = results.length === 0;
  }
  status.textContent = `${done} read${failed ? `, ${failed} could not be read` : ""}.`;
  working = false;
}

async function readPicture(mode, file, item, text) {
  const picture = await mode.analyze(file);
  results.push({ ...picture, name: file.name });
  const canvas = element("canvas", { role: "img" });
  canvas.ariaLabel = sentence(picture.faces);
  item.prepend(canvas);
  text.append(element("p", { textContent: sentence(picture.faces) }));
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const zoom = Math.min(1, PREVIEW / Math.max(bitmap.width, bitmap.height));
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((side) => Math.round(side * zoom));
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const face of picture.faces) {
    const { x, y, width, height } = face.bbox_in_frame;
    drawFace(context, { ...face, x: (x + width / 2) * zoom, y: (y + height / 2) * zoom, side: width * zoom }, 0, Math.max(14, canvas.width / 26));
  }
}

async function readFilm(mode, file, item, text) {
  const bar = element("progress", { max: 1 });
  bar.ariaLabel = `Progress of ${file.name}`;
  text.append(bar);
  try {
    const { frames, events, csv } = await mode.analyzeFilm(file, (done) => {
      if (done === undefined) bar.removeAttribute("value");
      else bar.value = done;
    });
    results.push({ name: file.name, frames, events, csv });
    const faces = new Set(events.filter(({ event }) => event === "face_appeared").map(({ subject }) => subject.track)).size;
    text.append(element("p", { textContent: `${frames} frames, ${count(faces, "face")}` }), shares(events));
  } finally {
    bar.remove();
  }
}

/** How much of a film's readings shows what. */
function shares(events) {
  const readings = events.filter(({ face }) => face);
  const paragraph = element("p");
  for (const { name, sign } of EXPRESSIONS) {
    const share = readings.filter(({ face }) => face.dominant === name).length / readings.length;
    if (share >= 0.01) paragraph.append(element("span", { className: "sign", textContent: sign, dataset: { expression: name } }), ` ${name} ${percent(share)}  `);
  }
  return paragraph;
}

function sentence(faces) {
  const shown = faces.map(({ dominant, confidence }) => `${byName(dominant)?.sign ?? "?"} ${dominant ?? "unsure"} ${percent(confidence)}`);
  return faces.length ? `${count(faces.length, "face")}: ${shown.join(", ")}` : "No face was found.";
}

const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

function withoutCsv({ csv, ...result }) {
  return result;
}

/** One row for each face and frame, with the columns of `emotion analyze`. */
function asCsv() {
  const rows = [["source", "frame", "time_s", "track", ...FACE_COLUMNS].join(",")];
  for (const { name, faces, csv } of results) {
    const source = `"${name.replaceAll('"', '""')}"`;
    if (csv) {
      // The last two columns, valence and arousal, pictures do not have here.
      rows.push(...csv.trimEnd().split("\n").slice(1).map((row) => `${source},${row.split(",").slice(0, -2).join(",")}`));
      continue;
    }
    faces.forEach((face, index) => {
      const { x, y, width, height } = face.bbox_in_frame;
      const numbers = [x, y, width, height, (face.roll * 180) / Math.PI].map((value) => value.toFixed(2));
      const scores = [face.confidence, ...face.scores].map((value) => value.toFixed(4));
      rows.push([source, 0, 0, index + 1, ...numbers, face.dominant ?? "", ...scores].join(","));
    });
  }
  return `${rows.join("\n")}\n`;
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function clear() {
  results = [];
  list.replaceChildren();
  downloads.hidden = true;
  status.textContent = "";
  picker.focus();
}
