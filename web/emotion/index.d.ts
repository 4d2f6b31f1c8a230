// Types of the package. Events are those of docs/events.md, version 1.

export type Expression = "angry" | "disgust" | "fear" | "happy" | "sad" | "surprise" | "neutral";

/** Seven probabilities: angry, disgust, fear, happy, sad, surprise, neutral. */
export type Scores = [number, number, number, number, number, number, number];

/** In pixels of the frame, from the top left. */
export interface Box { x: number; y: number; width: number; height: number }

export interface Subject { stream: number; track: number }

/** What was read of a face in a frame. */
export interface Reading {
  bbox_in_frame: Box;
  frame_size: [number, number];
  /** Radians, clockwise as seen in the picture. */
  roll: number;
  /** How sure it is that a face is there, 0 to 1. */
  presence: number;
  /** Smoothed over time. */
  scores: Scores;
  /** Of this frame alone. */
  raw_scores: Scores;
  /** The expression shown; null when unsure. */
  dominant: Expression | null;
  confidence: number;
}

interface Common { version: 1; stream: number; epoch: number; /** Seconds. */ time: number }

export type EmotionEvent = Common & (
  | { event: "epoch_began" }
  | { event: "frame_analyzed"; sequence: number; frame_size: [number, number]; faces: number; detect_seconds: number; classify_seconds: number }
  | { event: "face_appeared" | "face_read" | "face_returned"; subject: Subject; face: Reading }
  | { event: "face_hidden" | "face_gone"; subject: Subject }
  | { event: "expression_changed"; subject: Subject; from: Expression | null; to: Expression | null }
  | { event: "problem"; message: string }
  | { event: "recovered" }
);

/** The faces of a picture. */
export interface Picture {
  frame_size: [number, number];
  faces: Reading[];
  detect_seconds: number;
  classify_seconds: number;
}

export interface FrameInfo {
  /** From the frame's arrival in the worker, or its drawing, until now. */
  milliseconds: number;
  /** What copying and reading the frame took. */
  readMilliseconds: number;
  /** The format that the frame came in, "I420" for one; "canvas" where it had to be drawn. */
  path: string;
}

export interface WatchOptions {
  /** Hears why a frame could not be read, or why nothing comes any more. */
  onProblem?: (message: string) => void;
  /** False: frames are drawn on a canvas even where the browser can hand them over. */
  processor?: boolean;
}

export class Emotion {
  readonly info: { model: string };
  static load(options?: { dist?: string | URL }): Promise<Emotion>;
  /** Reads the camera of a stream, one at a time. The answer stops it. */
  watch(stream: MediaStream, onEvents: (events: EmotionEvent[], info: FrameInfo) => void, options?: WatchOptions): () => void;
  analyze(picture: ImageBitmapSource, options?: { smallest?: number }): Promise<Picture>;
  analyzeFrame(picture: ImageBitmapSource, seconds: number, options?: { first?: boolean }): Promise<EmotionEvent[]>;
  close(): void;
}
