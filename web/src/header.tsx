// The bar above the conversation: large letters at once, everything else one step away.

import { useEffect, useRef, useState } from "preact/hooks";
import { close, embedded } from "./host";
import { focused } from "./focus";
import { useLook } from "./look";
import { language, sayer } from "./settings";

export interface Actions {
  hot: () => void;
  restart: () => void;
  clear: () => void;
}

export function Header({ actions }: { actions: Actions }) {
  const { say, large, set } = useLook();
  const [open, setOpen] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  const bar = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: Event) => !bar.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  function escape(event: KeyboardEvent) {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    more.current?.focus();
  }

  return (
    <header ref={bar} onKeyDown={escape}>
      <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
        <path d="M4 4h24a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H15l-7 6v-6H4a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z" />
        <path class="lines" d="M7 10h18v2.5H7zm0 6h12v2.5H7z" />
      </svg>
      <div class="names">
        <h1>{say("title")}</h1>
        <p>{say("subtitle")}</p>
      </div>
      <div class="row">
        <button type="button" class="button bar" aria-pressed={large} onClick={() => set("large", !large)}>
          {say(large ? "large_off" : "large")}
        </button>
        <button ref={more} type="button" class="button bar" aria-expanded={open} aria-controls="menu" onClick={() => setOpen(!open)}>
          {say("more")}
        </button>
        {embedded && (
          <button type="button" class="button bar close" aria-label={say("close")} onClick={close}>
            <span aria-hidden="true">✕</span>
          </button>
        )}
      </div>
      <div id="menu" role="group" aria-label={say("menu")} hidden={!open}>
        {open && <Menu actions={actions} done={() => setOpen(false)} />}
      </div>
    </header>
  );
}

function Menu({ actions, done }: { actions: Actions; done: () => void }) {
  const { say, script, contrast, set, write } = useLook();
  const other = script === "hans" ? "hant" : "hans";
  const inOther = sayer(other)(other); // its own name, in its own characters
  const items: [string, () => void][] = [
    [say("hot_button"), actions.hot],
    [say(contrast ? "contrast_off" : "contrast"), () => set("contrast", !contrast)],
    [inOther, () => write(other)],
    [say("restart"), actions.restart],
    [say("clear"), actions.clear],
  ];
  return (
    <>
      {items.map(([title, act], at) => (
        <button
          type="button"
          class="button item"
          ref={at ? undefined : focused}
          lang={title === inOther ? language(other) : undefined}
          onClick={() => {
            done();
            act();
          }}
        >
          {title}
        </button>
      ))}
      <a class="button item" href="tel:12348">
        {say("hotline")}
      </a>
    </>
  );
}
