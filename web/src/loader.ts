// The one script of a host page: a button, and behind it the conversation in a frame of the bot's own origin.
// Everything is styled on the elements themselves: no style sheet that the host's policy could forbid, and
// nothing of the host's style sheets reaches inside.

interface Words {
  title: string;
  open: string;
  close: string;
}

interface Settings {
  hans: Words;
  hant: Words;
  colour: string;
  base: string;
}

declare const LEGALBOT_SETTINGS: Settings;
declare global {
  interface Window {
    legalbot12348?: boolean;
  }
}

const NARROW = "(max-width: 600px), (max-height: 480px)";
const ABOVE_ALL = "2147483000";
const BUTTON =
  "all:initial;box-sizing:border-box;cursor:pointer;border:2px solid #fff;border-radius:28px;min-height:56px;" +
  "padding:0 20px;font:600 18px/1.3 system-ui,-apple-system,'PingFang SC','Noto Sans SC','Microsoft YaHei',sans-serif;" +
  "color:#fff;box-shadow:0 2px 10px rgba(0,0,0,.3);background:";
const SHOWN = "all:initial;display:block;position:relative;overflow:hidden;background:#fff;";
const FULL = "width:100%;height:100%";

function start(settings: Settings): void {
  const script = document.currentScript as HTMLScriptElement | null;
  if (window.legalbot12348 || !script) return;
  window.legalbot12348 = true;
  const origin = new URL(script.src).origin;
  const words = /^zh-(hant|tw|hk|mo)/i.test(navigator.language) ? settings.hant : settings.hans;
  const narrow = window.matchMedia(NARROW);
  let large = false;

  const host = document.createElement("div");
  const room = host.attachShadow ? host.attachShadow({ mode: "open" }) : host;
  const launcher = button(words.open, settings.colour);
  launcher.setAttribute("aria-haspopup", "dialog");
  launcher.setAttribute("aria-expanded", "false");
  const panel = document.createElement("div");
  panel.hidden = true;
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.title);
  let frame: HTMLIFrameElement | undefined;
  let waiting: HTMLElement | undefined;

  function place(): void {
    const open = !panel.hidden;
    const full = open && narrow.matches;
    pin(host, full ? "inset" : "corner");
    launcher.style.display = open ? "none" : "";
    panel.setAttribute("aria-modal", String(full));
    panel.style.cssText = open ? SHOWN + (full ? FULL : corner(large)) : "display:none";
  }

  function show(): void {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.allow = "clipboard-write";
      frame.src = `${origin}${settings.base}/frame`;
      frame.style.cssText = "all:initial;display:block;position:absolute;top:0;left:0;width:100%;height:100%;border:0";
      frame.onload = () => tell("opened");
      waiting = notYet(button(words.close, "#444"), settings.colour, hide);
      panel.append(frame, waiting);
    }
    panel.hidden = false;
    launcher.setAttribute("aria-expanded", "true");
    place();
    tell("opened");
    frame.focus();
  }

  function hide(): void {
    panel.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    place();
    launcher.focus();
  }

  function tell(what: string): void {
    if (frame && frame.contentWindow) frame.contentWindow.postMessage({ legalbot: what }, origin);
  }

  launcher.onclick = show;
  window.addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const said = event.data && event.data.legalbot;
    if (said === "ready") {
      if (waiting) waiting.remove();
    } else if (said === "close") hide();
    else if (said === "large" || said === "normal") {
      large = said === "large";
      place();
    }
  });
  window.addEventListener("resize", place);
  window.addEventListener("beforeprint", () => host.style.setProperty("display", "none", "important"));
  window.addEventListener("afterprint", place);
  room.append(launcher, panel);
  place();
  const put = () => document.body.append(host);
  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
}

// What is important and inline, no style sheet of the host overrules.
function pin(host: HTMLElement, where: "corner" | "inset"): void {
  const at = where === "inset" ? "top:0;left:0;right:0;bottom:0" : "right:20px;bottom:20px";
  const rules = `all:initial;display:block;position:fixed;z-index:${ABOVE_ALL};${at}`;
  host.style.cssText = rules.replace(/;|$/g, "!important;");
}

function corner(large: boolean): string {
  const width = large ? 600 : 420;
  const height = large ? 820 : 700;
  return (
    `width:${width}px;height:560px;width:min(${width}px,calc(100vw - 40px));height:min(${height}px,calc(100vh - 40px));` +
    "border-radius:14px;box-shadow:0 6px 30px rgba(0,0,0,.35)"
  );
}

// Stands above the frame until its page has said that it is there: with a way out, and a way to a human.
function notYet(close: HTMLButtonElement, colour: string, hide: () => void): HTMLElement {
  const bar = document.createElement("div");
  bar.style.cssText = "all:initial;display:flex;position:absolute;bottom:16px;left:16px;right:16px;justify-content:space-around";
  close.onclick = hide;
  const call = document.createElement("a");
  call.href = "tel:12348";
  call.textContent = "12348";
  call.style.cssText = `${BUTTON}${colour};line-height:52px`;
  bar.append(call, close);
  return bar;
}

function button(text: string, colour: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.style.cssText = BUTTON + colour;
  made.onfocus = () => (made.style.outline = "3px solid #111");
  made.onblur = () => (made.style.outline = "");
  return made;
}

start(LEGALBOT_SETTINGS);

export {};
