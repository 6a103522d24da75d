/** A ref that moves the focus to what has just appeared. */
export function focused(element: HTMLElement | null): void {
  if (element) element.focus();
}
