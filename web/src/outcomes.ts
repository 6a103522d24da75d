// How a turn ended, as far as it changes what is shown.

const APOLOGIES = ["busy", "too_fast", "error"];
const URGENT = ["emergency", "scam"];

/** Tell whether the bot says that it did not answer. */
export function isApology(outcome = ""): boolean {
  return APOLOGIES.indexOf(outcome) >= 0;
}

/** Tell whether somebody is in danger: numbers to press come first, and nobody is asked for an opinion. */
export function isUrgent(outcome = ""): boolean {
  return URGENT.indexOf(outcome) >= 0;
}
