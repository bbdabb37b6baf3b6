// Native <dialog>: opened by data-dialog="#id", or fetched by htmx into #dialogs and opened there. The safe button
// has the focus, Enter never destroys: a form with data-confirm-text is sent only when the text typed agrees.
function open(dialog: HTMLDialogElement): void {
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector<HTMLElement>("[autofocus]") ?? dialog.querySelector<HTMLElement>("[data-safe]"))?.focus();
}

function checkTyped(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>("[data-must-equal]");
  const button = form.querySelector<HTMLButtonElement>("[data-destroys]");
  if (field && button) button.disabled = field.value.trim() !== field.dataset["mustEqual"];
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as Element;
  const form = target.closest?.("dialog.confirm form");
  if (event.key === "Enter" && !event.ctrlKey && form && target.matches("input")) event.preventDefault();
}

function onClick(event: Event): void {
  const target = event.target as Element;
  const opener = target.closest<HTMLElement>("[data-dialog]");
  if (opener) {
    const dialog = document.querySelector<HTMLDialogElement>(opener.dataset["dialog"]!);
    if (dialog) open(dialog);
    event.preventDefault();
  } else if (target.closest("[data-close]")) target.closest("dialog")?.close();
}

export function dialogStart(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("dialog.confirm form");
    if (form) checkTyped(form);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent).detail.target as Element;
    const dialog = target.id === "dialogs" ? target.querySelector<HTMLDialogElement>("dialog") : null;
    if (dialog) open(dialog);
  });
  for (const form of document.querySelectorAll<HTMLFormElement>("dialog.confirm form")) checkTyped(form);
}
