// The list of keys, opened with "?"; a native dialog, so focus stays inside and Escape closes it.

export function toggleHelp(): void {
  const dialog = document.querySelector<HTMLDialogElement>('[data-help]');
  if (!dialog) return;
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

export function wireHelp(): void {
  document.querySelector('[data-help-close]')?.addEventListener('click', toggleHelp);
}
