// The page: puts mode, camera and files together.
import * as browser from "./browser.js";
import * as camera from "./camera.js";
import { acceptFiles } from "./files.js";
import * as server from "./server.js";

const $ = (id) => document.getElementById(id);
const modes = { browser, server };
const MISSING = "Nothing here reads faces: there is no server, and the files for the browser were not built (scripts/web).";

let mode = server;

$("server").textContent = location.host;
$("stage").classList.add("mirrored");
$("start").addEventListener("click", () => camera.start(mode));
$("stop").addEventListener("click", camera.stop);
$("mirror").addEventListener("click", camera.mirror);
$("hide").addEventListener("click", camera.hide);
$("cameras").addEventListener("change", ({ target }) => camera.start(mode, target.value));
for (const input of document.querySelectorAll("#modes input")) input.addEventListener("change", () => choose(modes[input.value]));
acceptFiles(() => mode);

addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input:not([type=radio]), select, textarea, dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") camera.stop();
  if (event.key === "c") camera.isRunning() ? camera.stop() : camera.start(mode);
  if (event.key === "m") camera.mirror();
  if (event.key === "p") camera.hide();
});
addEventListener("pagehide", camera.stop);

/** Reads with this mode from now on, also what the camera shows. */
async function choose(chosen) {
  mode = chosen;
  document.body.dataset.mode = mode.name;
  $(`mode-${mode.name}`).checked = true;
  $("note").textContent = "";
  $("model").textContent = "…";
  const wasRunning = camera.isRunning();
  if (wasRunning) await camera.start(mode);
  try {
    const description = await mode.describe();
    if (mode === chosen) $("model").textContent = description;
  } catch (error) {
    if (mode !== chosen) return;
    $("model").textContent = "–";
    $("note").textContent = error.message;
  }
}

const [inBrowser, onServer] = await Promise.all([browser.isHere(), server.isHere()]);
$("modes").hidden = !(inBrowser && onServer);
$("interface").hidden = !onServer;
if (inBrowser || onServer) await choose(inBrowser ? browser : server);
else $("note").textContent = MISSING;
