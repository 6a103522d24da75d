/** A ref that moves the focus to what has just appeared. */
export function focused(element: HTMLElement | null): void {
  if (element) element.focus();
}

/** Move the focus without a ring around it, until it leaves again: for fingers, which have no use for one. */
export function focusUnseen(element: HTMLElement | null): void {
  if (!element) return;
  element.classList.add("unseen");
  element.addEventListener("blur", () => element.classList.remove("unseen"), { once: true });
  element.focus();
}
