// The last minute of the largest face: the seven probabilities as bands over time.
import { EXPRESSIONS, byName } from "./expressions.js";

const canvas = document.getElementById("minute");
const context = canvas.getContext("2d");
const SPAN = 60;
const readings = [];

/** Takes the largest face of a frame in; `seconds` is the page's clock. */
export function remember(face, seconds) {
  readings.push({ seconds, scores: face?.scores, dominant: face?.dominant });
  while (readings.length && readings[0].seconds < seconds - SPAN - 1) readings.shift();
}

/** Forgets everything. */
export function forget() {
  readings.length = 0;
}

/** Draws the minute before `seconds`. */
export function drawMinute(seconds) {
  const scale = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  context.clearRect(0, 0, width, height);
  // Whole pixels: else the bands have seams.
  const place = (at) => Math.round(((at - seconds) / SPAN + 1) * width);
  readings.forEach(({ seconds: at, scores }, index) => {
    if (!scores) return;
    const left = place(at);
    const next = readings[index + 1]?.seconds ?? seconds;
    // After two seconds without a reading nobody knows.
    const right = place(Math.min(next, at + 2));
    let top = 0;
    EXPRESSIONS.forEach((expression, number) => {
      const share = scores[number] * height;
      context.fillStyle = expression.color;
      context.fillRect(left, top, right - left, share);
      top += share;
    });
  });
  drawSigns(place, width, height, scale);
}

/** A sign where another expression begins: colour alone tells nobody enough. */
function drawSigns(place, width, height, scale) {
  const size = 12 * scale;
  context.font = `${size}px system-ui, sans-serif`;
  context.textBaseline = "bottom";
  let before;
  let free = -Infinity;
  for (const { seconds, dominant } of readings) {
    const expression = byName(dominant);
    const left = place(seconds);
    if (expression && expression !== before && left > free && left < width - size) {
      context.fillStyle = "#06070ad9";
      context.fillRect(left, height - size * 1.4, size * 1.4, size * 1.4);
      context.fillStyle = "#ffffff";
      context.fillText(expression.sign, left + size * 0.2, height - size * 0.1);
      free = left + size * 1.6;
    }
    before = expression;
  }
}

/** Says in words what the minute shows. */
export function describeMinute() {
  const counts = new Map();
  for (const { dominant, scores } of readings) {
    if (scores) counts.set(dominant ?? "unsure", (counts.get(dominant ?? "unsure") ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const shares = [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} ${Math.round((count / all) * 100)} %`);
  canvas.setAttribute("aria-label", shares.length ? `In the last minute: ${shares.join(", ")}` : "No expressions yet");
}
