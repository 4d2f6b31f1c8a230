// node read_frames.mjs DIST FRAMES WIDTH HEIGHT RATE: reads raw grey frames with the built package, one line of events for
// each, and the milliseconds that the reading took on the error stream.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [dist, film, ...numbers] = process.argv.slice(2);
const [width, height, rate] = numbers.map(Number);
const file = (name) => readFileSync(`${dist}/${name}`);
const { default: init, Analyzer } = await import(pathToFileURL(`${dist}/emotion_web.js`));
const { memory } = await init({ module_or_path: file("emotion_web_bg.wasm") });
const analyzer = new Analyzer(...["frontal.xml", "frontal_strict.xml", "profile.xml", "model.safetensors"].map(file));
const frames = readFileSync(film);
const size = width * height;
for (let index = 0; index < frames.length / size; index++) {
  const began = performance.now();
  const frame = frames.subarray(index * size, (index + 1) * size);
  new Uint8Array(memory.buffer, analyzer.reserve(size), size).set(frame);
  console.log(analyzer.analyze_luma(width, height, 0, width, true, index / rate));
  console.error((performance.now() - began).toFixed(3));
}
