// <details class="menu">: closes on Escape, on a click elsewhere, and when the focus leaves; arrows move inside. Escape leaves the focus on
// its head and tells so (`menu-left`), for pages where the keys are for something else.
function close(menu: Element, refocus = false): void {
  menu.removeAttribute("open");
  if (refocus) menu.querySelector<HTMLElement>("summary")?.focus();
}

function move(menu: Element, step: number): void {
  const items = [...menu.querySelectorAll<HTMLElement>(".menu-list a, .menu-list button")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
}

export function menuStart(): void {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target as Node)) close(menu);
  });
  document.addEventListener("focusin", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target as Node)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    const menu = (event.target as Element).closest?.("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      close(menu, true);
      menu.dispatchEvent(new Event("menu-left", { bubbles: true }));
    }
    else if (event.key === "ArrowDown") move(menu, 1);
    else if (event.key === "ArrowUp") move(menu, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
