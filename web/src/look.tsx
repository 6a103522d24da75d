// How the window looks: large letters, high contrast, which script. Remembered for the person.

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { tellHost } from "./host";
import type { Say, Script } from "./settings";
import { language, sayer } from "./settings";
import { ofPerson } from "./storage";

export interface Look {
  say: Say;
  script: Script;
  large: boolean;
  contrast: boolean;
  set: (name: "large" | "contrast", on: boolean) => void;
  write: (script: Script) => void;
}

const Context = createContext<Look>(null as unknown as Look);
export const LookProvider = Context.Provider;
export const useLook = () => useContext(Context);

export function firstScript(): Script {
  const kept = ofPerson.get("script");
  if (kept === "hans" || kept === "hant") return kept;
  return /^zh-(hant|tw|hk|mo)/i.test(navigator.language || "") ? "hant" : "hans";
}

/** The look, and a way to change it; the page's root element shows it to the style sheet. */
export function useOwnLook(written: (script: Script) => void): Look {
  const [script, setScript] = useState(firstScript);
  const [large, setLarge] = useState(ofPerson.get("large") === "yes");
  const [contrast, setContrast] = useState(ofPerson.get("contrast") === "yes");
  useEffect(() => {
    const root = document.documentElement;
    root.lang = language(script);
    root.classList.toggle("large", large);
    root.classList.toggle("contrast", contrast);
    document.title = sayer(script)("title");
  }, [script, large, contrast]);
  useEffect(() => tellHost(large ? "large" : "normal"), [large]);
  return useMemo(
    () => ({
      say: sayer(script),
      script,
      large,
      contrast,
      set(name, on) {
        ofPerson.set(name, on ? "yes" : "no");
        document.documentElement.classList.toggle(name, on); // at once: what is drawn next measures by it
        (name === "large" ? setLarge : setContrast)(on);
      },
      write(next) {
        ofPerson.set("script", next);
        setScript(next);
        written(next);
      },
    }),
    [script, large, contrast],
  );
}
