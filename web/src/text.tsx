// Texts as people see them: always as text, with telephone numbers and web addresses to touch.

import type { ComponentChild } from "preact";
import { settings } from "./settings";

const FOUND = new RegExp(`https?://[\\w.-]+(?::\\d+)?(?:/[\\w./?=&%#~+-]*)?|[\\d.]+`, "g");
const RINGS = new RegExp(`^(?:${settings.numbers.join("|")})$`);
const SAID = "零幺二三四五六七八九";
const COUNTED = /^[个件名人次元家场所万亿天条户起宗]/;
const NAME = /^(?:云南|雲南|微信|公众|公眾)/;
const RUNG = /(?:打|拨|撥|或|或者|、|，|：|热线|熱線)$/;

/** Return a text with its links; anything else in it stays the text that it is. */
export function linked(text: string): ComponentChild[] {
  const parts: ComponentChild[] = [];
  let end = 0;
  text.replace(FOUND, (found, at: number) => {
    const href = address(found, text.slice(0, at), text.slice(at + found.length));
    if (!href) return "";
    parts.push(text.slice(end, at));
    const web = href[0] === "h";
    parts.push(
      <a href={href} target={web ? "_blank" : undefined} rel={web ? "noopener noreferrer" : undefined}>
        {found}
      </a>,
    );
    end = at + found.length;
    return "";
  });
  parts.push(text.slice(end));
  return parts;
}

function address(found: string, before: string, after: string): string {
  if (found[0] === "h") return found;
  if (!RINGS.test(found) || COUNTED.test(after) || NAME.test(after) || after[0] === "%") return "";
  return found.length >= 5 || RUNG.test(before) ? `tel:${found}` : "";
}

/** Return the numbers in texts that can be rung, in their order, each once. */
export function numbersIn(texts: string[]): string[] {
  const found: string[] = [];
  for (const text of texts)
    text.replace(FOUND, (one, at: number) => {
      const rings = address(one, text.slice(0, at), text.slice(at + one.length)).indexOf("tel:") === 0;
      if (rings && found.indexOf(one) < 0) found.push(one);
      return "";
    });
  return found;
}

/** Return a text as it is read aloud: telephone numbers figure by figure, one as it is said on the phone. */
export function spoken(text: string): string {
  return text.replace(/\d+/g, (number, at: number) =>
    RINGS.test(number) && !COUNTED.test(text.slice(at + number.length)) ? [...number].map((figure) => SAID[Number(figure)]).join("") : number,
  );
}
