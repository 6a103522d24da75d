// The page around the frame, if there is one. It is told only that the window is there, or wants to be closed.

import { stop } from "./speech";

export const embedded = window.parent !== window;

let origin = "";
let opened = () => undefined as void;
const early: string[] = [];

// Heard from the first moment on: the loader may speak before anything is drawn.
if (embedded)
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || !event.data || event.data.legalbot !== "opened") return;
    origin = event.origin;
    for (const what of early.splice(0)) window.parent.postMessage({ legalbot: what }, origin);
    opened();
  });

/** Tell the host page's loader; until it has said who it is, wait. */
export function tellHost(what: "ready" | "close" | "large" | "normal"): void {
  if (!embedded) return;
  if (origin) window.parent.postMessage({ legalbot: what }, origin);
  else early.push(what);
}

/** Ask the host page to hide the window; nothing is read on behind it. */
export function close(): void {
  stop();
  tellHost("close");
}

/** Call `then` whenever the loader shows the window. */
export function onOpened(then: () => void): void {
  opened = then;
  if (origin) then();
}
