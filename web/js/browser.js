// The mode "in the browser": the package `emotion` reads pictures and frames in a worker, and nothing leaves the device.
// A mode has `name`, `describe`, `analyze`, `analyzeFilm` and `open`, as the one of server.js.
import { EXPRESSIONS } from "./expressions.js";

export const name = "browser";

const MODULE = new URL("../emotion/index.js", import.meta.url);
// Films are read in these steps: seeking to every frame would take far longer than the film.
const STEP = 0.1;

let loading;

/** Whether the files are here: they are built by `scripts/web`. */
export async function isHere() {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") return false;
  try {
    const { ok } = await fetch(new URL("./dist/emotion_web_bg.wasm", MODULE), { method: "HEAD" });
    return ok;
  } catch {
    return false;
  }
}

/** Loads it once; a failure is tried again the next time. */
function load() {
  loading ??= import(MODULE).then(({ Emotion }) => Emotion.load());
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** What reads the faces, for people. */
export async function describe() {
  const { info } = await load();
  return `${info.model} · browser`;
}

/** The faces of one picture. */
export async function analyze(file) {
  return (await load()).analyze(file);
}

/** The result of a film: `{ frames, events }` and its table as CSV. `progress` hears 0 to 1. */
export async function analyzeFilm(file, progress) {
  const emotion = await load();
  const video = document.createElement("video");
  Object.assign(video, { muted: true, preload: "auto", src: URL.createObjectURL(file) });
  try {
    await heard(video, "loadeddata", "This browser cannot play the film. Try it on the server, or as MP4 or WebM.");
    if (!Number.isFinite(video.duration)) throw new Error("The film does not say how long it is. Try it on the server.");
    const events = [];
    const frames = Math.max(1, Math.floor(video.duration / STEP));
    for (let index = 0; index < frames; index++) {
      const seeked = heard(video, "seeked", "The film is damaged.");
      video.currentTime = index * STEP;
      await seeked;
      events.push(...(await emotion.analyzeFrame(video, index * STEP, { first: index === 0 })));
      progress((index + 1) / frames);
    }
    return { frames, events, csv: asCsv(events) };
  } finally {
    URL.revokeObjectURL(video.src);
    video.removeAttribute("src");
  }
}

function heard(video, event, problem) {
  return new Promise((resolve, reject) => {
    video.addEventListener(event, resolve, { once: true });
    video.addEventListener("error", () => reject(new Error(problem)), { once: true });
  });
}

/** A row for each reading, with the columns of the server. */
function asCsv(events) {
  const rows = [["frame", "time_s", "track", "x", "y", "w", "h", "roll_deg", "expression", "confidence", ...EXPRESSIONS.map(({ name: one }) => one), "valence", "arousal"].join(",")];
  let frame = 0;
  for (const { event, sequence, time, subject, face } of events) {
    if (event === "frame_analyzed") frame = sequence;
    if (!face) continue;
    const { x, y, width, height } = face.bbox_in_frame;
    const numbers = [x, y, width, height, (face.roll * 180) / Math.PI].map((value) => value.toFixed(2));
    const scores = [face.confidence, ...face.scores].map((value) => value.toFixed(4));
    rows.push([frame, time.toFixed(3), subject.track, ...numbers, face.dominant ?? "", ...scores, "", ""].join(","));
  }
  return `${rows.join("\n")}\n`;
}

/** Reads the camera of `stream`. `take` hears `{ events, milliseconds }` for each frame, `end` why it ended. */
export async function open(take, end, stream) {
  const emotion = await load();
  return { close: emotion.watch(stream, (events, { milliseconds }) => take({ events, milliseconds }), { onProblem: end }) };
}
