// Reading aloud with the voices that the browser has. Without them there is no button for it.

import type { Script } from "./settings";

export const canSpeak = "speechSynthesis" in window && "SpeechSynthesisUtterance" in window;

export function speak(text: string, script: Script, done: () => void): void {
  stop();
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = script === "hant" ? "zh-TW" : "zh-CN";
  utterance.rate = 0.9;
  utterance.onend = utterance.onerror = done;
  window.speechSynthesis.speak(utterance);
}

export function stop(): void {
  if (canSpeak) window.speechSynthesis.cancel();
}
