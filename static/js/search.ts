// The search field of the top bar is a combobox; a scanned barcode ends in Enter and opens at once when it names one thing.
export function searchStart(): void {
  const input = document.querySelector<HTMLInputElement>("[data-search]");
  input?.addEventListener("keydown", (event) => {
    const list = document.getElementById("search-list");
    if (event.key === "Enter" && !event.isComposing && list?.hidden && input.value.trim()) input.form?.submit();
    if (event.key === "Escape" && list?.hidden) input.blur();
  });
}
