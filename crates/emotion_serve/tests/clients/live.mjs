// Sends a picture twenty times as the frames of a camera, and says what changes: node live.mjs SERVER PICTURE
// Browsers and Node from version 22 have WebSocket; Node 20 with --experimental-websocket.
import { readFile } from "node:fs/promises";

const [server, picture] = process.argv.slice(2);
const frame = await readFile(picture);
const socket = new WebSocket(`${server.replace(/^http/, "ws")}/v1/live`);
let left = 20;

socket.onopen = () => socket.send(JSON.stringify({ format: "jpeg" }));
socket.onclose = ({ code, reason }) => process.exit(code === 1000 ? 0 : (console.error(reason), 1));
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  for (const { event, subject, to } of message.events ?? []) {
    if (event === "expression_changed") console.log(`face ${subject.track} shows ${to ?? "nothing sure"}`);
  }
  if (message.type === "refused") console.error(message.problem.detail);
  // One frame at a time; two may be on their way.
  if (left-- > 0) socket.send(frame);
  else socket.close(1000);
};
