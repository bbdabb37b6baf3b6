// A field that takes the key itself: <input data-keypick> shows "shift+l" for the key that is pressed in it.
const ALONE = new Set(["Shift", "Control", "Alt", "Meta", "Tab", "Escape", "Enter"]);

/** The key as it is kept; nothing for one that leaves the field or that no act can have. */
function keyPicked(event: KeyboardEvent): string | undefined {
  if (ALONE.has(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return undefined;
  if (event.key === "Backspace" && !event.shiftKey) return "";
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  const isShifted = event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1);
  return isShifted && key !== "space" ? `shift+${key}` : key;
}

export function keypickStart(): void {
  document.addEventListener("keydown", (event) => {
    const field = event.target as HTMLInputElement;
    if (!(field instanceof HTMLInputElement) || !field.matches("[data-keypick]")) return;
    const key = keyPicked(event);
    if (key === undefined) return;
    event.preventDefault();
    field.value = key;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
