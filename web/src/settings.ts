// What the page was sent with: wording in both scripts, telephone numbers, where the channel is.

export type Script = "hans" | "hant";

/** Return the name of a script as documents give it. */
export function language(script: Script): string {
  return script === "hant" ? "zh-Hant" : "zh-Hans";
}

export interface Words {
  interface: Record<string, string>;
  reasons: string[];
}

interface Settings {
  hans: Words;
  hant: Words;
  numbers: string[];
  base: string;
}

const element = document.getElementById("settings") as HTMLElement;
export const settings: Settings = JSON.parse(element.textContent || "");

/** Return a sentence with its places filled. */
export type Say = (key: string, fields?: Record<string, string | number>) => string;

export function sayer(script: Script): Say {
  const words = settings[script].interface;
  return (key, fields = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => String(fields[name]));
}
