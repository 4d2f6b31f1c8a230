// The camera: permission, frames to what reads them, rings over the live picture.
import { drawFace } from "./draw.js";
import { Faces } from "./faces.js";
import { describeMinute, drawMinute, forget, remember } from "./minute.js";
import { showReadings } from "./readings.js";

const $ = (id) => document.getElementById(id);
const [stage, video, overlay, note, cameras] = ["stage", "video", "overlay", "note", "cameras"].map($);
const context = overlay.getContext("2d");
// Larger pictures cost time and find no more faces.
const LONGER_SIDE = 640;
const QUALITY = 0.85;
// Rings look the same in fewer pixels than a large screen has, and cost less.
const WIDEST = 1600;

let running;

/** Starts the camera with this id, or the one that the browser chooses. */
export async function start(mode, deviceId) {
  stop();
  note.textContent = "";
  let stream;
  try {
    if (!navigator.mediaDevices) throw new Error("This page has no access to cameras: open it over https or on localhost.");
    const wanted = { width: { ideal: 1280 }, height: { ideal: 720 }, ...(deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" }) };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  } catch (error) {
    note.textContent = sayWhy(error);
    return;
  }
  const run = { stream, faces: new Faces(), size: [1, 1], delays: [], ended: false, since: performance.now() };
  running = run;
  video.srcObject = stream;
  stream.getVideoTracks()[0].addEventListener("ended", () => end(run, "The camera was taken away."));
  try {
    await video.play();
    run.session = await mode.open((result) => take(run, result), (why) => end(run, why), stream);
  } catch (error) {
    end(run, error.message);
    return;
  }
  if (run.ended) {
    run.session.close();
    return;
  }
  stage.style.setProperty("--ratio", video.videoWidth / video.videoHeight);
  stage.classList.remove("idle");
  $("stop").focus({ preventScroll: true });
  await listCameras(stream);
  if (run.session.send) sendFrames(run);
  requestAnimationFrame((now) => draw(run, now, now));
}

/** Stops the camera; the picture goes. */
export function stop() {
  if (running) end(running, "");
}

export const isRunning = () => Boolean(running);

/** Exchanges left and right. */
export function mirror() {
  toggle("mirror", "mirrored");
}

/** Hides the picture, and shows the readings all the same. */
export function hide() {
  toggle("hide", "covered");
}

function toggle(id, className) {
  const on = stage.classList.toggle(className);
  $(id).setAttribute("aria-pressed", String(on));
}

function end(run, why) {
  if (run.ended) return;
  run.ended = true;
  run.session?.close();
  for (const track of run.stream.getTracks()) track.stop();
  if (running !== run) return;
  running = undefined;
  video.srcObject = null;
  stage.style.removeProperty("--ratio");
  stage.classList.add("idle");
  note.textContent = why;
  context.clearRect(0, 0, overlay.width, overlay.height);
  showReadings([]);
  forget();
  for (const id of ["delay", "rate"]) $(id).textContent = "–";
  $("start").focus({ preventScroll: true });
}

function sayWhy(error) {
  switch (error.name) {
    case "NotAllowedError": return "The camera is not allowed. Allow it for this page in the browser's address bar, and start again.";
    case "NotFoundError": return "There is no camera. Plug one in, or drop pictures below.";
    case "NotReadableError": return "The camera is in use by another program. Close that, and start again.";
    default: return error.message;
  }
}

async function listCameras(stream) {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput");
  const current = stream.getVideoTracks()[0].getSettings().deviceId;
  cameras.replaceChildren(...devices.map(({ deviceId, label }, index) => new Option(label || `Camera ${index + 1}`, deviceId, false, deviceId === current)));
  cameras.parentElement.hidden = devices.length < 2;
}

/** Sends the newest frame whenever there is time for one, in a mode that does not take them itself. */
async function sendFrames(run) {
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { alpha: false });
  while (!run.ended) {
    await nextFrame();
    if (run.ended || run.session.busy() || !video.videoWidth) continue;
    const scale = Math.min(1, LONGER_SIDE / Math.max(video.videoWidth, video.videoHeight));
    const size = [video.videoWidth, video.videoHeight].map((side) => Math.round(side * scale));
    if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
    const at = performance.now();
    drawing.drawImage(video, 0, 0, ...size);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (blob && !run.ended) run.session.send(blob, at);
  }
}

function nextFrame() {
  return new Promise((resolve) => {
    // A hidden page gets no frames, and needs none.
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
    setTimeout(resolve, 1000);
  });
}

function take(run, { events, milliseconds }) {
  if (run.ended) return;
  run.size = events.find(({ frame_size: size }) => size)?.frame_size ?? run.size;
  run.faces.take(events, (track, expression) => say(run, track, expression));
  const now = performance.now();
  const faces = run.faces.list();
  const largest = faces.reduce((best, face) => (best && best.side >= face.side ? best : face), undefined);
  remember(largest, now / 1000);
  run.delays.push([now, milliseconds]);
  if (now - run.since > 500) {
    run.since = now;
    showNumbers(run, now);
    describeMinute();
  }
  showReadings(faces);
}

function showNumbers(run, now) {
  run.delays = run.delays.filter(([at]) => at > now - 2000);
  const sorted = run.delays.map(([, delay]) => delay).sort((a, b) => a - b);
  const span = Math.max(now - run.delays[0][0], 1);
  $("delay").textContent = `${Math.round(sorted[sorted.length >> 1])} ms`;
  $("rate").textContent = ((run.delays.length - 1) / (span / 1000)).toFixed(0);
}

/** Tells screen readers what changed, at most every two seconds. */
function say(run, track, expression) {
  run.words = `Face ${track}: ${expression ?? "unsure"}`;
  run.speaking ??= setTimeout(() => {
    run.speaking = undefined;
    if (!run.ended) $("spoken").textContent = run.words;
  }, 2000);
}

function draw(run, before, now) {
  if (run.ended) return;
  requestAnimationFrame((next) => draw(run, now, next));
  const scale = Math.min(devicePixelRatio || 1, WIDEST / overlay.clientWidth);
  const [width, height] = [overlay.clientWidth * scale, overlay.clientHeight * scale].map(Math.round);
  if (overlay.width !== width || overlay.height !== height) [overlay.width, overlay.height] = [width, height];
  context.clearRect(0, 0, width, height);
  // As `object-fit: contain` lays the picture.
  const zoom = Math.min(width / run.size[0], height / run.size[1]);
  const [left, top] = [(width - run.size[0] * zoom) / 2, (height - run.size[1] * zoom) / 2];
  const mirrored = stage.classList.contains("mirrored");
  const text = Math.max(16, Math.min(28, overlay.clientWidth / 48)) * scale;
  for (const face of run.faces.step((now - before) / 1000)) {
    const x = mirrored ? run.size[0] - face.x : face.x;
    const roll = mirrored ? -face.roll : face.roll;
    drawFace(context, { ...face, x: left + x * zoom, y: top + face.y * zoom, side: face.side * zoom, roll }, now / 1000, text);
  }
  drawMinute(now / 1000);
}
