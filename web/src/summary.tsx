// What a screening found, as a page to print or to copy.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Bot } from "./conversation";
import { useLook } from "./look";
import { linked } from "./text";

/** Milliseconds after which a browser that has not begun to print cannot: web views of other programs do nothing. */
const PATIENCE = 1_000;

export function Summary({ bot, back }: { bot: Bot; back: () => void }) {
  const { say } = useLook();
  const title = useRef<HTMLHeadingElement>(null);
  const sheet = useRef<HTMLElement>(null);
  const [told, setTold] = useState("");
  useLayoutEffect(() => title.current?.focus(), []);

  async function copy() {
    const copied = sheet.current !== null && ((await copiedToday(sheet.current)) || copiedOfOld(sheet.current));
    setTold(say(copied ? "copied" : "copy_failed"));
  }

  function print() {
    setTold("");
    const silent = setTimeout(() => setTold(say("print_failed")), PATIENCE);
    window.addEventListener("beforeprint", () => clearTimeout(silent), { once: true });
    if (window.print) window.print();
  }

  const read = bot.says[bot.says.length - 1];
  const colon = read.indexOf("：");
  return (
    <main class="summary" onKeyDown={(event) => event.key === "Escape" && back()}>
      <div class="row bar">
        <button type="button" class="button main" onClick={print}>
          {say("print")}
        </button>
        <button type="button" class="button" onClick={copy}>
          {say("copy")}
        </button>
        <button type="button" class="button" onClick={back}>
          {say("back")}
        </button>
        <p class="told" role="status" aria-live="polite">
          {told}
        </p>
      </div>
      <article class="sheet" ref={sheet}>
        <h1 ref={title} tabIndex={-1}>
          {say("summary_title")}
        </h1>
        <p class="from">{say("title")}</p>
        <p class="from">{say("summary_date", today())}</p>
        <h2>{say("summary_told")}</h2>
        <ul>
          {(bot.summary || []).map((line) => (
            <li>{line}</li>
          ))}
        </ul>
        <h2>{say("summary_steps")}</h2>
        {bot.says.slice(0, -1).map((line) => line.split("\n").map((one) => <p>{linked(one)}</p>))}
        <h2>{say("summary_read")}</h2>
        <blockquote>{read.slice(colon + 1)}</blockquote>
        {(bot.cites || []).map((cite) => (
          <p class="from">{cite}</p>
        ))}
        <p class="note">{say("summary_note")}</p>
      </article>
    </main>
  );
}

/** Copy as browsers do it today; on plain http, and in old web views, there is no such thing. */
async function copiedToday(element: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(element.innerText);
    return true;
  } catch {
    return false;
  }
}

function copiedOfOld(element: HTMLElement): boolean {
  const selection = window.getSelection();
  if (!selection) return false;
  selection.selectAllChildren(element);
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  }
}

function today() {
  const now = new Date();
  return { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
}
