// A face's ring: seven arcs are the seven probabilities, the dominant one thick, on top and named.
import { EXPRESSIONS, byName, percent } from "./expressions.js";

const FLOOR = 0.018;
const TAU = 2 * Math.PI;

/** A face's ring and label. `face` has x, y, side, roll, scores, dominant, confidence, turn and opacity, all in pixels of `context`. */
export function drawFace(context, face, clock, text = 16) {
  const { x, y, side, roll, scores, opacity = 1 } = face;
  const dominant = byName(face.dominant);
  const radius = side * 0.78;
  const thin = Math.max(1.5, radius * 0.016);
  const thick = Math.min(Math.max(4, radius * 0.05), text * 0.7);
  const spans = spansOf(scores);
  context.save();
  context.translate(x, y);
  context.rotate(roll);
  context.lineCap = "round";
  let start = face.turn ?? topTurn(spans, indexOf(face));
  EXPRESSIONS.forEach((expression, index) => {
    const isFirst = dominant?.name === expression.name;
    const width = isFirst ? thick : thin;
    const breath = 0.5 + 0.5 * Math.sin(clock * 1.6);
    context.globalAlpha = opacity * (isFirst ? 0.25 + 0.75 * face.confidence : dominant ? 0.6 : 0.4 + 0.35 * breath);
    context.lineWidth = width;
    context.strokeStyle = expression.color;
    const gap = Math.min(spans[index] * 0.8, (thin * 1.6 + width) / radius);
    context.beginPath();
    context.arc(0, 0, radius, start + gap / 2, start + spans[index] - gap / 2);
    context.stroke();
    if (isFirst) glow(context, width);
    start += spans[index];
  });
  context.restore();
  drawLabel(context, face, dominant, radius, text);
}

/** Light around the arc that was just drawn: wide, faint strokes, which cost less than a blur. */
function glow(context, width) {
  context.globalAlpha *= 0.12;
  for (const times of [1.8, 2.6, 3.6]) {
    context.lineWidth = width * times;
    context.stroke();
  }
}

/** Each expression's part of the ring. */
export function spansOf(scores) {
  const sum = scores.reduce((total, score) => total + score + FLOOR, 0);
  return scores.map((score) => ((score + FLOOR) / sum) * TAU);
}

/** Where the first arc begins, so that the highest one's middle is on top. */
export function topTurn(spans, highest) {
  const before = spans.slice(0, highest).reduce((total, span) => total + span, 0);
  return -Math.PI / 2 - before - spans[highest] / 2;
}

/** The number of the expression that is shown, or of the most probable one. */
export function indexOf({ dominant, scores }) {
  const named = EXPRESSIONS.findIndex(({ name }) => name === dominant);
  return named >= 0 ? named : scores.indexOf(Math.max(...scores));
}

function drawLabel(context, face, dominant, radius, text) {
  const name = dominant ? dominant.name : "unsure";
  const sign = dominant ? dominant.sign : "?";
  const sure = percent(face.confidence);
  context.save();
  context.globalAlpha = face.opacity ?? 1;
  context.textBaseline = "middle";
  context.font = `600 ${text}px system-ui, sans-serif`;
  const words = `${sign} ${name}`;
  const wide = context.measureText(words).width;
  context.font = `${text * 0.8}px system-ui, sans-serif`;
  const all = wide + context.measureText(`  ${sure}`).width;
  const [width, height] = [all + text, text * 1.8];
  const { canvas } = context;
  // Below the ring; at the edge of the picture inside of it, but never over the face.
  const left = Math.min(Math.max(face.x - width / 2, 4), canvas.width - width - 4);
  const below = face.y + radius + text * 0.6;
  const above = face.y - radius - text * 0.6 - height;
  const fits = below + height < canvas.height - 4;
  const top = fits ? below : above > 4 ? above : canvas.height - height - 4;
  context.fillStyle = "#06070ad9";
  context.beginPath();
  context.roundRect(left, top, width, height, text * 0.5);
  context.fill();
  context.font = `600 ${text}px system-ui, sans-serif`;
  context.fillStyle = dominant ? lighter(dominant.color) : "#f2f5fa";
  context.fillText(words, left + text / 2, top + height / 2);
  context.font = `${text * 0.8}px system-ui, sans-serif`;
  context.fillStyle = "#f2f5fa";
  context.fillText(`  ${sure}`, left + text / 2 + wide, top + height / 2);
  context.restore();
}

/** The same colour, light enough for text on a dark panel. */
function lighter(color) {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `rgb(${parts.map((part) => Math.round(part + (255 - part) * 0.35)).join(" ")})`;
}
