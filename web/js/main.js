// The page: puts mode, camera and files together.
import * as camera from "./camera.js";
import { acceptFiles } from "./files.js";
import * as mode from "./server.js";

const $ = (id) => document.getElementById(id);

$("server").textContent = location.host;
$("stage").classList.add("mirrored");
$("start").addEventListener("click", () => camera.start(mode));
$("stop").addEventListener("click", camera.stop);
$("mirror").addEventListener("click", camera.mirror);
$("hide").addEventListener("click", camera.hide);
$("cameras").addEventListener("change", ({ target }) => camera.start(mode, target.value));
acceptFiles(mode);

addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, select, textarea, dialog");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") camera.stop();
  if (event.key === "c") camera.isRunning() ? camera.stop() : camera.start(mode);
  if (event.key === "m") camera.mirror();
  if (event.key === "p") camera.hide();
});
addEventListener("pagehide", camera.stop);

try {
  $("model").textContent = await mode.describe();
} catch (error) {
  $("note").textContent = error.message;
}
