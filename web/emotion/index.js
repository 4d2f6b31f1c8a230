// Facial expressions from a camera or a picture, read in a worker: frames in, the session's events out.

const LONGER_SIDE = 640;

export class Emotion {
  #worker;
  #answers = new Map();
  #asked = 0;
  #watching;
  #failure;

  /** What reads the faces: `{ model }`. */
  info;

  /**
   * Starts the worker and loads what it needs. `dist` is the folder of the built files, where that is not beside this file.
   */
  static async load({ dist = new URL("./dist/", import.meta.url).href } = {}) {
    const emotion = new Emotion();
    emotion.#start();
    try {
      emotion.info = await emotion.#ask({ kind: "load", dist });
    } catch (error) {
      emotion.close();
      throw error;
    }
    return emotion;
  }

  /**
   * Reads the camera of a stream. `onEvents(events, { milliseconds, readMilliseconds, path })` hears the events of each
   * frame; `onProblem(message)` why nothing comes any more. The answer stops it. One camera is read at a time.
   */
  watch(stream, onEvents, { onProblem = console.error, processor = true } = {}) {
    this.#watching?.();
    const [track] = stream.getVideoTracks();
    if (!track) throw new Error("The stream has no picture: ask getUserMedia for video.");
    const watch = { onEvents, onProblem, ended: false };
    const frames = processor && !this.#failure ? this.#passFrames(track) : undefined;
    const release = frames ?? this.#drawFrames(stream, watch);
    const stop = () => {
      if (watch.ended) return;
      watch.ended = true;
      if (this.#watching === stop) this.#watching = undefined;
      release();
      this.#worker.postMessage({ kind: "stop" });
    };
    stop.watch = watch;
    this.#watching = stop;
    if (this.#failure) queueMicrotask(() => onProblem(this.#failure));
    return stop;
  }

  /** The faces of a picture: of a `Blob`, an image, a canvas, or what else `createImageBitmap` takes. */
  async analyze(picture, { smallest = 0 } = {}) {
    const bitmap = await createImageBitmap(picture, picture instanceof Blob ? { imageOrientation: "from-image" } : undefined);
    return this.#ask({ kind: "picture", bitmap, smallest }, [bitmap]);
  }

  /** The events of a frame of a film: of what `createImageBitmap` takes. `seconds` is its time in the film. */
  async analyzeFrame(picture, seconds, { first = false } = {}) {
    const bitmap = await createImageBitmap(picture);
    return this.#ask({ kind: "frame", bitmap, seconds, first }, [bitmap]);
  }

  /** Ends the worker. */
  close() {
    this.#watching?.();
    this.#worker.terminate();
    this.#fail("It was closed.");
  }

  #start() {
    this.#worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(`The worker failed: ${event.message || "its files cannot be loaded"}.`);
    };
    this.#worker.onmessage = ({ data }) => this.#take(data);
  }

  #ask(message, transfer = []) {
    if (this.#failure) return Promise.reject(new Error(this.#failure));
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#worker.postMessage({ ...message, id }, transfer);
    });
  }

  #take({ kind, id, value, error, events, at, read, path }) {
    const watch = this.#watching?.watch;
    if (kind === "answer") {
      const { resolve, reject } = this.#answers.get(id) ?? {};
      this.#answers.delete(id);
      if (error) reject?.(new Error(error));
      else resolve?.(value);
    } else if (kind === "events" && watch) {
      watch.busy = false;
      const milliseconds = performance.timeOrigin + performance.now() - at;
      watch.onEvents(events, { milliseconds, readMilliseconds: read, path });
    } else if (kind === "problem" && watch) {
      watch.busy = false;
      watch.onProblem(error);
    } else if (kind === "failure") {
      this.#fail(error);
    }
  }

  #fail(why) {
    this.#failure ??= why;
    for (const { reject } of this.#answers.values()) reject(new Error(why));
    this.#answers.clear();
    this.#watching?.watch.onProblem(why);
  }

  /** Hands the camera to the worker, which then has its frames without this thread. Undefined where browsers cannot. */
  #passFrames(track) {
    const copy = track.clone();
    try {
      if ("MediaStreamTrackProcessor" in globalThis) {
        const { readable } = new MediaStreamTrackProcessor({ track: copy, maxBufferSize: 1 });
        this.#worker.postMessage({ kind: "watch", readable }, [readable]);
        return () => copy.stop();
      }
      // As the standard has it: the processor is in workers only, and tracks can be handed over.
      if (this.info.hasProcessor) {
        this.#worker.postMessage({ kind: "watch", track: copy }, [copy]);
        return () => {};
      }
    } catch {
      // A processor whose frames cannot be handed over: they are drawn instead.
    }
    copy.stop();
    return undefined;
  }

  /** Draws the frames here, for browsers without a processor. */
  #drawFrames(stream, watch) {
    const video = document.createElement("video");
    Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    this.#worker.postMessage({ kind: "watch" });
    const next = () => {
      if (watch.ended) return;
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(draw);
      else requestAnimationFrame(draw);
    };
    const draw = () => {
      next();
      if (watch.ended || watch.busy || !video.videoWidth) return;
      watch.busy = true;
      const at = performance.timeOrigin + performance.now();
      const scale = Math.min(1, LONGER_SIDE / Math.max(video.videoWidth, video.videoHeight));
      const [width, height] = [video.videoWidth, video.videoHeight].map((side) => Math.round(side * scale));
      if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
      context.drawImage(video, 0, 0, width, height);
      const { data } = context.getImageData(0, 0, width, height);
      this.#worker.postMessage({ kind: "pixels", pixels: data, width, height, at }, [data.buffer]);
    };
    video.play().then(next, (error) => watch.onProblem(`The camera does not play: ${error.message}.`));
    return () => {
      video.srcObject = null;
    };
  }
}
