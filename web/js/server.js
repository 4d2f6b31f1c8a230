// The mode "on the server": pictures and frames go there, readings come back. A mode has `name`, `describe`,
// `analyze`, `analyzeFilm` and `open`; the other one is in browser.js.

export const name = "server";

let key = "";

/** Whether a server is here, and not only its page. */
export async function isHere() {
  try {
    const response = await fetch("/healthz");
    return response.ok && (await response.json()).status === "ok";
  } catch {
    return false;
  }
}

/** An error of the server, with its stable code (RFC 9457). */
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "The server failed.");
    this.code = problem.code;
  }
}

/** A request with the key. Asks for one when the server wants it. */
async function ask(path, options = {}) {
  for (;;) {
    const headers = { ...options.headers };
    if (key) headers.Authorization = `Bearer ${key}`;
    let response;
    try {
      response = await fetch(path, { ...options, headers });
    } catch {
      throw new Problem({ detail: "The server does not answer. Is it still running?" });
    }
    if (response.ok) return response;
    const type = response.headers.get("content-type") || "";
    const problem = type.includes("json") ? await response.json() : { detail: `The server answered ${response.status}.` };
    if (response.status === 401 && (await askForKey())) continue;
    throw new Problem(problem);
  }
}

let asking;
function askForKey() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("ask-key");
    const input = document.getElementById("key");
    dialog.returnValue = "cancel";
    dialog.addEventListener("close", () => {
      key = input.value.trim();
      input.value = "";
      asking = undefined;
      resolve(dialog.returnValue === "ok" && key !== "");
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

/** What reads the faces, for people. */
export async function describe() {
  const { models: [model] } = await (await ask("/v1/models")).json();
  return `${model.name} · ${model.backend}`;
}

/** The faces of one picture. */
export async function analyze(file) {
  for (let attempt = 0; ; attempt++) {
    try {
      const options = { method: "POST", body: file, headers: { "Content-Type": file.type || "application/octet-stream" } };
      return (await (await ask("/v1/analyze", options)).json()).pictures[0];
    } catch (error) {
      if (error.code !== "queue_full" || attempt === 20) throw error;
      await wait(250);
    }
  }
}

/** The result of a film: `{ frames, events }` and its table as CSV. `progress` hears 0 to 1, or undefined. */
export async function analyzeFilm(file, progress) {
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  let job = await (await ask("/v1/jobs", { method: "POST", body: file, headers })).json();
  const path = `/v1/jobs/${job.id}`;
  try {
    while (job.state === "queued" || job.state === "running") {
      progress(job.frames_expected ? job.frames / job.frames_expected : undefined);
      await wait(300);
      job = await (await ask(path)).json();
    }
    const result = await (await ask(`${path}/result`)).json();
    const csv = await (await ask(`${path}/result?format=csv`)).text();
    return { ...result, csv };
  } finally {
    ask(path, { method: "DELETE" }).catch(() => {});
  }
}

/**
 * Opens a live session. `take` hears `{ events, milliseconds }` for each frame that was read, `end` why it ended.
 * The answer has `busy()`, whether as many frames are on their way as may be, `send(blob, at)` and `close()`.
 */
export async function open(take, end) {
  let query = "";
  if (key) {
    const { ticket } = await (await ask("/v1/tickets", { method: "POST" })).json();
    query = `?ticket=${ticket}`;
  }
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/live${query}`);
  const sent = new Map();
  let frames = 0;
  let window = 0;
  let closed = false;
  await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ format: "jpeg" }));
    socket.onclose = (event) => {
      const why = event.reason || "The live session could not be opened.";
      reject(new Problem({ detail: why }));
      if (!closed && window) end(event.reason || "The server closed the connection.");
    };
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "ready") {
        window = message.window;
        resolve();
        return;
      }
      const at = sent.get(message.frame);
      sent.delete(message.frame);
      if (message.type === "result") take({ events: message.events, milliseconds: performance.now() - at });
    };
  });
  return {
    busy: () => sent.size >= window,
    send(blob, at) {
      if (socket.readyState !== WebSocket.OPEN) return;
      sent.set(frames++, at);
      socket.send(blob);
    },
    close() {
      closed = true;
      socket.close(1000);
    },
  };
}

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
