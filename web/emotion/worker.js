// The worker: owns the analyzer, and takes frames from the camera as fast as it can read them.

// Formats that begin with a plane of brightness.
const PLANAR = new Set(["I420", "I420A", "I422", "I422A", "I444", "I444A", "NV12"]);

let analyzer;
let memory;
// Work is done one after the other: the memory that a frame is copied to is one.
let work = Promise.resolve();
let watching = 0;
let start;
let canvas;

onmessage = ({ data }) => {
  const { kind, id } = data;
  if (kind === "stop") watching++;
  else if (kind === "watch") watch(data);
  else if (kind === "pixels") queue(() => tell(performance.timeOrigin + performance.now(), data.at, "canvas", readPixels(data)));
  else {
    const answer = { load: () => load(data.dist), picture: () => readPicture(data), frame: () => readFrame(data) }[kind];
    queue(async () => postMessage({ kind: "answer", id, value: await answer() }), (error) => postMessage({ kind: "answer", id, error }));
  }
};

function queue(job, refused = (error) => postMessage({ kind: "problem", error })) {
  work = work.then(job).catch((error) => {
    refused(error.message);
    // After a trap the module's memory is in no known state.
    if (error instanceof WebAssembly.RuntimeError) postMessage({ kind: "failure", error: `The analyzer crashed: ${error.message}. Load it again.` });
  });
  return work;
}

async function load(dist) {
  const get = async (name) => {
    const response = await fetch(new URL(name, dist));
    if (!response.ok) throw new Error(`${name} cannot be loaded (${response.status}): build the package with scripts/web.`);
    return response;
  };
  const bytes = async (name) => new Uint8Array(await (await get(name)).arrayBuffer());
  const module = import(new URL("emotion_web.js", dist)).then(async ({ default: init, Analyzer }) => {
    memory = (await init({ module_or_path: await get("emotion_web_bg.wasm") })).memory;
    return Analyzer;
  });
  const [Analyzer, ...parts] = await Promise.all([module, ...["frontal.xml", "frontal_strict.xml", "profile.xml", "model.safetensors"].map(bytes)]);
  analyzer = new Analyzer(...parts);
  return { model: analyzer.model, hasProcessor: "MediaStreamTrackProcessor" in globalThis };
}

/** Begins with another camera. Its frames come as a stream, from a track, or as pixels in messages. */
async function watch({ readable, track }) {
  const run = ++watching;
  start = undefined;
  queue(() => analyzer.restart(0));
  if (track) readable = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable;
  if (!readable) return;
  const reader = readable.getReader();
  for (;;) {
    const { value: frame, done } = await reader.read();
    if (done || run !== watching) {
      frame?.close();
      break;
    }
    const at = performance.timeOrigin + performance.now();
    await queue(async () => {
      try {
        const { path, events } = await readVideoFrame(frame);
        if (run === watching) tell(at, at, path, events);
      } finally {
        frame.close();
      }
    });
  }
  reader.cancel().catch(() => {});
  track?.stop();
}

function tell(began, at, path, events) {
  const read = performance.timeOrigin + performance.now() - began;
  postMessage({ kind: "events", events: JSON.parse(events), at, read, path });
}

/** Seconds since the first frame of this camera. */
function clock(seconds) {
  start ??= seconds;
  return Math.max(0, seconds - start);
}

async function readVideoFrame(frame) {
  const seconds = clock(frame.timestamp / 1e6);
  if (PLANAR.has(frame.format) && !frame.rotation && !frame.flip) {
    const { width, height } = frame.visibleRect;
    const size = frame.allocationSize();
    const [{ offset, stride }] = await frame.copyTo(room(size));
    const full = frame.colorSpace?.fullRange === true;
    return { path: frame.format, events: analyzer.analyze_luma(width, height, offset, stride, full, seconds) };
  }
  const [width, height] = put(frame, frame.displayWidth, frame.displayHeight, 640);
  return { path: "canvas", events: analyzer.analyze_rgba(width, height, seconds) };
}

function readPixels({ pixels, width, height }) {
  room(pixels.length).set(pixels);
  return analyzer.analyze_rgba(width, height, clock(performance.now() / 1000));
}

function readPicture({ bitmap, smallest }) {
  // Of larger pictures nothing more is seen: that is what they are shrunk to.
  const scale = Math.min(1, 2048 / Math.max(bitmap.width, bitmap.height));
  const size = [bitmap.width, bitmap.height];
  const [width, height] = put(bitmap, ...size, 2048);
  bitmap.close();
  const found = JSON.parse(analyzer.analyze_still(width, height, smallest * scale));
  for (const { bbox_in_frame: box } of found.faces) for (const side in box) box[side] /= scale;
  for (const face of found.faces) face.frame_size = size;
  return { ...found, frame_size: size };
}

function readFrame({ bitmap, seconds, first }) {
  if (first) analyzer.restart(seconds);
  const [width, height] = put(bitmap, bitmap.width, bitmap.height, 640);
  bitmap.close();
  return JSON.parse(analyzer.analyze_rgba(width, height, seconds));
}

/** Where the analyzer takes the next frame of `size` bytes from. */
function room(size) {
  // In this order: making room may grow the memory, and then its old buffer is gone.
  const at = analyzer.reserve(size);
  return new Uint8Array(memory.buffer, at, size);
}

/** Puts a picture into the analyzer's memory as RGBA, with `longest` pixels each way at most. Its width and height. */
function put(picture, fullWidth, fullHeight, longest) {
  const scale = Math.min(1, longest / Math.max(fullWidth, fullHeight));
  const [width, height] = [fullWidth, fullHeight].map((side) => Math.max(1, Math.round(side * scale)));
  canvas ??= new OffscreenCanvas(1, 1);
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context.drawImage(picture, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  room(data.length).set(data);
  return [width, height];
}
