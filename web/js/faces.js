// The faces in view, from the session's events: where they are, eased in time, and what they show.
import { reducedMotion } from "./expressions.js";
import { indexOf, spansOf, topTurn } from "./draw.js";

// A damped spring: follows a face without a jump and without swinging.
const STIFFNESS = 420;
const DAMPING = 2 * Math.sqrt(STIFFNESS);
const READING_TIME = 0.09;
const FADE_TIME = 0.2;

export class Faces {
  #faces = new Map();

  /** Takes the events of a frame in. `changed` hears a track and its expression whenever that changes. */
  take(events, changed) {
    for (const { event, subject, face, to } of events) {
      if (face) this.#see(subject.track, face);
      else if (event === "face_hidden" || event === "face_gone") this.#hide(subject.track);
      if (event === "expression_changed") changed(subject.track, to);
    }
  }

  /** Nobody is in view any more. */
  clear() {
    this.#faces.clear();
  }

  /** The faces in view by number, with their last readings. */
  list() {
    return [...this.#faces].filter(([, face]) => !face.hidden).map(([track, face]) => ({ track, ...face.goal }));
  }

  /** Lets `seconds` pass. The faces as they are drawn, in pixels of the frame. */
  step(seconds) {
    for (const [track, face] of this.#faces) {
      face.opacity += ((face.hidden ? 0 : 1) - face.opacity) * ease(FADE_TIME, seconds);
      if (face.hidden && (face.opacity < 0.03 || reducedMotion.matches)) this.#faces.delete(track);
      for (const name of ["x", "y", "side", "roll"]) follow(face, name, seconds);
      const amount = ease(READING_TIME, seconds);
      face.scores = face.scores.map((score, index) => score + (face.goal.scores[index] - score) * amount);
      face.confidence += (face.goal.confidence - face.confidence) * amount;
      face.dominant = face.goal.dominant;
      const turn = topTurn(spansOf(face.scores), indexOf(face));
      face.turn += wrapped(turn - face.turn) * ease(0.22, seconds);
    }
    return [...this.#faces.values()];
  }

  #see(track, reading) {
    const { x, y, width, height } = reading.bbox_in_frame;
    const goal = { ...reading, x: x + width / 2, y: y + height / 2, side: width };
    const known = this.#faces.get(track);
    if (known && !known.hidden) {
      known.goal = goal;
      return;
    }
    const { scores, dominant, confidence, roll } = reading;
    const turn = topTurn(spansOf(scores), indexOf(reading));
    const shown = { x: goal.x, y: goal.y, side: goal.side, roll, scores: [...scores], dominant, confidence, turn };
    this.#faces.set(track, { ...shown, speed: {}, opacity: 0, goal, hidden: false });
  }

  #hide(track) {
    const face = this.#faces.get(track);
    if (face) face.hidden = true;
  }
}

/** The part of the way that is gone in `seconds`. */
const ease = (time, seconds) => (reducedMotion.matches ? 1 : 1 - Math.exp(-seconds / time));

const wrapped = (angle) => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

function follow(face, name, seconds) {
  if (reducedMotion.matches) {
    face[name] = face.goal[name];
    return;
  }
  // In small steps: a page that was in the background has much to catch up with.
  let left = Math.min(seconds, 0.25);
  while (left > 0) {
    const step = Math.min(left, 1 / 120);
    const speed = face.speed[name] ?? 0;
    face.speed[name] = speed + (STIFFNESS * (face.goal[name] - face[name]) - DAMPING * speed) * step;
    face[name] += face.speed[name] * step;
    left -= step;
  }
}
