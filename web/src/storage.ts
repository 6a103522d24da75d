// What is remembered in this browser. Where storage is forbidden it throws; then memory has to do.

const memory: Record<string, string> = {};

function store(kind: "sessionStorage" | "localStorage"): Storage | null {
  try {
    return window[kind];
  } catch {
    return null;
  }
}

function keeper(kind: "sessionStorage" | "localStorage", prefix: string) {
  return {
    get(name: string): string | null {
      try {
        const kept = store(kind);
        if (kept) return kept.getItem(prefix + name);
      } catch {
        // forbidden: below
      }
      return name in memory ? memory[name] : null;
    },
    set(name: string, value: string): void {
      memory[name] = value;
      try {
        const kept = store(kind);
        if (kept) kept.setItem(prefix + name, value);
      } catch {
        // full or forbidden: memory has it
      }
    },
  };
}

/** Gone with the tab: whoever uses a shared computer next does not read on. */
export const ofTab = keeper("sessionStorage", "legalbot.");
/** How a person likes the window to look. */
export const ofPerson = keeper("localStorage", "legalbot.");
