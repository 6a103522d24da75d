// What a key means.

const COMPOSING = 229; // the key code that browsers give while an input method is at work

/** Tell whether an input method takes the key: Enter then chooses a word, Escape leaves it. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === COMPOSING;
}
